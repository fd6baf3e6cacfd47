"""Tokens for programs: created by their holder, ended by the holder or the security administrator.

They also end at their expiry, with a lock, a new password, a reset second factor, and when a post of the holder ends.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Appointment, User
from accounts.scopes import TokenScope, scopes_for
from accounts.workflow.account_security import guarded
from records.audit import acting
from records.refusals import Incomplete, WrongState, require_reason

MOST = 20
"""Live tokens of one account: those with a name, and as many from the token door."""
LONGEST = timedelta(days=366)
FOR_A_DAY_S_WORK = timedelta(hours=12)


@transaction.atomic
def make_token(name: str, scope: str, *, by: User, until: date) -> tuple[ApiToken, str]:
    """A token that opens what ``scope`` names through the day ``until``, and its text, which is never shown again.

    Raises ``Incomplete`` for an invalid scope or day, ``WrongState`` when there are too many.
    """
    User.objects.select_for_update().get(pk=by.pk)
    _forget_expired(by)
    if scope not in scopes_for(by.grants):
        raise Incomplete(_("This is not one of your tasks."), {"scope": _("This is not one of your tasks.")})
    today = timezone.localdate()
    if not today <= until <= today + LONGEST:
        words = _("Choose a day from today to a year from now.")
        raise Incomplete(words, {"until": words})
    if ApiToken.objects.filter(user=by).exclude(name="").count() >= MOST:
        raise WrongState(_("You have %(count)d tokens already. End those that nobody uses.") % {"count": MOST})
    ends = timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))
    with acting(by, "accounts.make_token"):
        made: tuple[ApiToken, str] = ApiToken.objects.create(by, expiry=ends - timezone.now(), name=name, scope=scope)
    return made


@transaction.atomic
def sign_in_program(user: User) -> str:
    """The text of a token with all permissions of ``user``, who has just given name and password, for a day's work.

    At most ``MOST`` such tokens exist: the oldest is deleted.
    """
    User.objects.select_for_update().get(pk=user.pk)
    _forget_expired(user)
    signed_in = ApiToken.objects.filter(user=user, name="").order_by("-created", "-pk")
    with acting(user, "accounts.sign_in_program"):
        for oldest in signed_in[MOST - 1 :]:
            oldest.delete()
        token: str = ApiToken.objects.create(user, expiry=FOR_A_DAY_S_WORK, name="", scope=TokenScope.FULL)[1]
    return token


@transaction.atomic
def end_token(token: ApiToken, *, by: User, reason: str = "") -> None:
    """Raises ``NotAllowed`` unless it is ``by``'s own, or of somebody that ``by`` guards (then for a ``reason``)."""
    if token.user_id != by.pk:
        guarded(token.user, by)
        reason = require_reason(reason)
    with acting(by, "accounts.end_token", reason):
        token.delete()


def office_is_over(token: ApiToken) -> bool:
    """Whether a post that the holder had when the token was created is over: the programs then belong to the
    successor."""
    made = timezone.localdate(token.created)
    over = Appointment.objects.filter(
        user=token.user_id, deputy_for=None, ends__gte=made, ends__lt=timezone.localdate()
    )
    return over.exists()


def _forget_expired(user: User) -> None:
    ApiToken.objects.filter(user=user, expiry__lt=timezone.now()).delete()
