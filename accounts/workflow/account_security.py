"""The security administrator's steps: locks, withdrawing posts, a lost second factor, contact data; the first
accounts."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.roles import OFFICE_HEADS, THREE_ADMINISTRATORS
from accounts.workflow.access import end_access
from accounts.workflow.account_creation import give_one_time_password
from accounts.workflow.appointing import check_place, end_with, give
from accounts.workflow.first_sign_in import keep_phone
from notifications.sms import mobiles
from notifications.workflow import announce
from records.audit import acting
from records.refusals import NotAllowed, WrongState, require_reason
from villages.models import Unit, below_any


def reachable(by: User) -> QuerySet[User]:
    """The people whose accounts ``by`` may lock: holders, past or present, of posts where ``by`` guards security."""
    held = Appointment.objects.filter(below_any(by.reach("accounts.unlock"), "unit_id"))
    return User.objects.filter(pk__in=held.values("user_id"))


@transaction.atomic
def lock(user: User, *, by: User, reason: str) -> None:
    """Nobody can sign in to this account until it is unlocked; its sessions and tokens end for good."""
    _set_active(user, False, by=by, verb="accounts.lock", reason=reason)


@transaction.atomic
def unlock(user: User, *, by: User, reason: str = "") -> None:
    _set_active(user, True, by=by, verb="accounts.unlock", reason=reason)


def _set_active(user: User, active: bool, *, by: User, verb: str, reason: str) -> None:
    user = guarded(user, by)
    if user.is_active is active:
        raise WrongState(_("This account is unlocked already.") if active else _("This account is locked already."))
    with acting(by, verb, reason if active else require_reason(reason)):
        user.is_active = active
        if active:
            user.save(update_fields=["is_active"])
        else:
            end_access(user, "is_active")


def guarded(user: User, by: User) -> User:
    """``user``, locked in the database. Raises ``NotAllowed`` for oneself and for people that ``by`` does not guard."""
    if user.pk == by.pk or not reachable(by).filter(pk=user.pk).exists():
        raise NotAllowed
    return User.objects.select_for_update().get(pk=user.pk)


def guarded_posts(by: User) -> QuerySet[Appointment]:
    """The posts in force of the three administrators and of office heads that ``by`` may withdraw; not their own."""
    held = Appointment.objects.on(timezone.localdate()).filter(role__in=THREE_ADMINISTRATORS | OFFICE_HEADS)
    return held.filter(below_any(by.reach("accounts.unlock"), "unit_id")).exclude(user=by)


@transaction.atomic
def withdraw(appointment: Appointment, *, by: User, reason: str) -> None:
    """End the post of an administrator or office head today; to revoke access at once, lock the account as well."""
    held = guarded_posts(by).select_for_update().filter(pk=appointment.pk).first()
    if held is None:
        raise NotAllowed
    end_with(held, by=by, on=timezone.localdate(), verb="accounts.withdraw", reason=require_reason(reason))


@transaction.atomic
def forget_second_factor(user: User, *, by: User, reason: str) -> None:
    """For somebody who lost phone and recovery codes: sessions and tokens end, and a new factor is set up at the next
    sign-in.

    Only security administrators may, and they appoint nobody: so no single person can open somebody's account with it.
    """
    user = guarded(user, by)
    if not Authenticator.objects.filter(user=user).exists():
        raise WrongState(_("This account has no second factor."))
    with acting(by, "accounts.forget_second_factor", require_reason(reason)):
        user.second_factor_forgotten_at = timezone.now()
        end_access(user, "second_factor_forgotten_at")
        Authenticator.objects.filter(user=user).delete()
    announce([user.pk], "second_factor_forgotten", by=by.name, day=timezone.localdate().isoformat())


@transaction.atomic
def erase_contact(user: User, *, by: User, reason: str) -> None:
    """Erase the contact data of somebody who may no longer be contacted: their telephone numbers, of past posts too,
    and e-mail. The history never held them, so nothing that is sealed changes; backups hold them until they are
    deleted."""
    user = guarded(user, by)
    posts = Appointment.objects.filter(user=user)
    if not user.email and not posts.exclude(phone="").exists() and not mobiles.mobile_of(user):
        raise WrongState(_("Neither a telephone number nor an e-mail of this person is kept."))
    with acting(by, "accounts.erase_contact", require_reason(reason)):
        user.email, user.contact_erased_at = "", timezone.now()
        user.save(update_fields=["email", "contact_erased_at"])
        keep_phone(posts, "")
        mobiles.forget_mobile(user)


@transaction.atomic
def open_administrator(role: str, username: str, name: str, unit: Unit) -> tuple[User, str]:
    """The first account of one of the three administrators, opened on the server itself (``manage.py``)."""
    if role not in THREE_ADMINISTRATORS:
        raise NotAllowed
    password = ""
    with acting(None, "accounts.open_administrator"):
        user, made = User.objects.get_or_create(
            username=User.normalize_username(username), defaults={"name": name, "must_change_password": True}
        )
        if made:
            password = give_one_time_password(user)
            user.save()
    check_place(role, unit, starts=timezone.localdate(), ends=None)
    give(user, role=role, unit=unit, by=None, starts=timezone.localdate(), ends=None)
    return user, password
