"""Appointing, ending appointments, handing over."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authority import grant
from accounts.models import Appointment, User
from accounts.roles import ROLES, THREE_ADMINISTRATORS
from accounts.signals import posts_handed_over
from accounts.workflow.access import end_tokens
from accounts.workflow.account_creation import open_account
from accounts.workflow.appointment_rules import bound_elsewhere, givable, in_days, managed_by, nobody_of_that_name
from notifications.workflow import announce
from records import cells
from records.audit import acting
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Unit

__all__ = ["Engaged", "Who", "appoint", "appoint_person", "end", "givable", "hand_over", "managed_by", "pass_on_tasks"]

LATEST_HANDOVER = timedelta(days=31)
"""How long after a handover the nightly task still checks that everything has passed on."""


@dataclass(frozen=True)
class Who:
    """The person to appoint: an account, by its ``username`` and ``name``; without ``username`` somebody new.

    ``another``: although somebody of that name holds or held a post on the same unit, this is another person.
    """

    name: str
    username: str = ""
    email: str = ""
    another: bool = False

    def __post_init__(self) -> None:
        """李 试 equals 李试, however it is typed."""
        with suppress(ValueError):  # an invalid name matches nobody, and forms refuse it
            object.__setattr__(self, "name", cells.name(self.name))


@dataclass(frozen=True)
class Engaged:
    """Somebody with new ``appointments``; ``password`` is the one-time password of an account opened for it."""

    user: User
    appointments: list[Appointment]
    password: str = ""


@transaction.atomic
def appoint_person(
    who: Who,
    roles: Sequence[str],
    *,
    unit: Unit,
    by: User,
    starts: date,
    ends: date | None = None,
    department: str = "",
    phone: str = "",
) -> Engaged:
    """Give ``who`` all ``roles`` on ``unit``, opening an account where they have none. Raises like ``appoint``."""
    post: dict[str, Any] = {"unit": unit, "starts": starts, "ends": ends, "department": department, "phone": phone}
    for role in roles:
        check_post(role, unit, by=by, starts=starts, ends=ends)
    if who.username:
        user, password = known(who), ""
    else:
        # two concurrent requests for one person create one account
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        if not who.another and (there := namesake(who.name, unit, by=by)):
            raise Incomplete(_("Somebody of this name has an account here already."), {"name": _there(there)})
        user, password = open_account(who.name, by=by, email=who.email)
    return Engaged(user, [appoint(user, role=role, by=by, **post) for role in roles], password)


@transaction.atomic
def appoint(
    user: User,
    *,
    role: str,
    unit: Unit,
    by: User,
    starts: date,
    ends: date | None = None,
    department: str = "",
    phone: str = "",
) -> Appointment:
    """Give ``user`` the ``role`` on ``unit`` from ``starts`` to ``ends`` (both inclusive; None: without end).

    Raises ``NotAllowed``; ``Incomplete`` for invalid days or levels, and for people bound by others; ``WrongState`` for
    oneself, or for a post held already.
    """
    check_post(role, unit, by=by, starts=starts, ends=ends)
    if user == by:
        raise WrongState(_("Nobody appoints themselves: ask somebody else who may."))
    User.objects.select_for_update().get(pk=user.pk)
    if bound_elsewhere([user.pk], by=by, starts=starts, ends=ends):
        raise nobody_of_that_name()
    return give(user, role=role, unit=unit, by=by, starts=starts, ends=ends, department=department, phone=phone)


def check_post(role: str, unit: Unit, *, by: User, starts: date, ends: date | None) -> None:
    """What is refused whoever the person is; checked first, so that a refusal reveals nothing about people."""
    if not any(unit.code.startswith(code) for code in givable(by).get(role, [])):
        raise NotAllowed
    check_place(role, unit, starts=starts, ends=ends)


def check_place(role: str, unit: Unit, *, starts: date, ends: date | None) -> None:
    if unit.level not in ROLES[role].levels:
        raise Incomplete(_("This office does not exist at this level."), {"unit": _("Choose a unit of another level.")})
    if unit.ended:
        raise Incomplete(_("This unit has been dissolved."), {"unit": _("Choose a unit that still exists.")})
    if ends and ends < starts:
        raise Incomplete(_("The last day is before the first."), {"ends": _("The last day is before the first.")})


def known(who: Who) -> User:
    """The account that ``who`` names, if its holder's name matches."""
    user = User.objects.filter(username=who.username, name=who.name, is_active=True).first()
    if user is None:
        raise nobody_of_that_name()
    return user


def namesake(name: str, unit: Unit, *, by: User) -> User | None:
    """Somebody of that name who holds or held on ``unit`` a post that ``by`` gives."""
    held = managed_by(by).filter(unit=unit, user__name=name).select_related("user")
    return next((one.user for one in held.order_by("-starts", "pk")[:1]), None)


def _there(user: User) -> str:
    return _(
        "%(name)s has the account %(username)s here already: enter it above, or say that this is another person."
    ) % {"name": user.name, "username": user.username}


def give(
    user: User,
    *,
    role: str,
    unit: Unit,
    by: User | None,
    starts: date,
    ends: date | None,
    department: str = "",
    phone: str = "",
    deputy_for: Appointment | None = None,
) -> Appointment:
    """Create the appointment, once permission has been checked; for the other steps of this package."""
    if ROLES[role].named and not department.strip():
        message = _("Please give the name of the department or helper unit.")
        raise Incomplete(message, {"department": message})
    meanwhile = Appointment.objects.filter(in_days(starts, ends), user=user)
    if meanwhile.filter(role=role, unit=unit).exists():
        raise WrongState(_("%(name)s holds this office in these days already.") % {"name": user.name})
    if role in THREE_ADMINISTRATORS:
        stands_apart = not meanwhile.exclude(role=role).exists()
    else:
        stands_apart = not meanwhile.filter(role__in=THREE_ADMINISTRATORS).exists()
    if not stands_apart:
        raise WrongState(_("The three administrators are three persons, and hold no other office."))
    with acting(by, "accounts.appoint"):
        appointment = Appointment.objects.create(
            user=user,
            role=role,
            unit=unit,
            department=department.strip(),
            phone=phone,
            starts=starts,
            ends=ends,
            appointed_by=by,
            deputy_for=deputy_for,
        )
        grant([appointment])
    announce([user.pk], "appointed", link="/", unit_code=unit.code, unit=unit.name, role=appointment.office)
    return appointment


def endable_by(by: User) -> QuerySet[Appointment]:
    """What ``by`` may end: the posts that they give, and their own deputies'."""
    return Appointment.objects.filter(Q(pk__in=managed_by(by).values("pk")) | Q(deputy_for__user=by))


@transaction.atomic
def end(appointment: Appointment, *, by: User, on: date) -> None:
    """End ``appointment`` with the day ``on``, and its deputies with it; the past is never shortened."""
    held = endable_by(by).select_for_update(of=("self",)).filter(pk=appointment.pk).first()
    if held is None:
        raise NotAllowed
    end_with(held, by=by, on=on, verb="accounts.end")


def end_with(appointment: Appointment, *, by: User, on: date, verb: str, reason: str = "") -> None:
    """End what is locked and may be ended by ``by``; for the other steps of this package.

    The holder's tokens end with the post: now, or with its last day (``workflow.tokens.office_is_over``).
    """
    today = timezone.localdate()
    if appointment.ends and appointment.ends < today:
        raise WrongState(_("This appointment has ended already."))
    if on < appointment.starts:
        raise Incomplete(_("The last day is before the first."), {"on": _("The last day is before the first.")})
    if on < today:
        raise Incomplete(_("The last day must not be in the past."), {"on": _("Choose today or a later day.")})
    with acting(by, verb, reason):
        appointment.ends = on
        appointment.save(update_fields=["ends"])
        appointment.deputies.filter(starts__gt=on).delete()
        appointment.deputies.filter(ends__gt=on).update(ends=on)
        if on == today and appointment.deputy_for_id is None:
            end_tokens(appointment.user)
    announce(
        [appointment.user_id],
        "appointment_ends",
        unit_code=appointment.unit_id,
        unit=appointment.unit.name,
        role=appointment.office,
        day=on.isoformat(),
    )


@transaction.atomic
def hand_over(posts: Sequence[Appointment], who: Who, *, by: User, on: date, phone: str = "") -> Engaged:
    """End one person's ``posts`` on one unit with the day ``on``, and give them to ``who`` from the day after.

    To-dos follow the post, as they come from appointments; records stay as they are. Personal work in it passes as well
    (``pass_on_tasks``).
    """
    first = posts[0]
    if {(post.user_id, post.unit_id) for post in posts} != {(first.user_id, first.unit_id)}:
        raise NotAllowed
    if any(post.deputy_for_id for post in posts):
        raise WrongState(_("A deputy's office cannot be handed over."))
    if (first.user.username, first.user.name) == (who.username, who.name):
        raise Incomplete(
            _("The successor is somebody else."),
            {"username": _("This is the account of the person who leaves the office.")},
        )
    for post in posts:
        end(post, by=by, on=on)
    engaged = appoint_person(
        who,
        [post.role for post in posts],
        unit=first.unit,
        by=by,
        starts=on + timedelta(days=1),
        department=first.department,
        phone=phone,
    )
    for post, successor in zip(posts, engaged.appointments, strict=True):
        successor.follows = post
        with acting(by, "accounts.hand_over"):
            successor.save(update_fields=["follows"])
    pass_on_tasks()
    return engaged


@transaction.atomic
def pass_on_tasks() -> None:
    """Pass personal work in a post (a seat, an appeal to hear) to the successor, once the last day has passed.

    Runs at the handover and every night; idempotent.
    """
    tomorrow = timezone.localdate() + timedelta(days=1)
    recent = Q(starts__lte=tomorrow, starts__gt=tomorrow - LATEST_HANDOVER, follows__isnull=False)
    for successor in Appointment.objects.filter(recent).select_related("follows", "user", "unit").order_by("pk"):
        posts_handed_over.send(sender=Appointment, before=successor.follows, after=successor)
