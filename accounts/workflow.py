"""Appointing people, opening and locking their accounts. Every step checks who may, and history keeps it."""

import secrets
import string
from datetime import date
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from accounts.authority import grant
from accounts.models import Appointment, User
from accounts.roles import ROLES, THREE_ADMINISTRATORS
from notifications.workflow import announce
from records.audit import acting
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Unit, below_any

# Without letters and digits that look alike on a slip of paper.
ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lIoS5Z2B8")))
PASSWORD_LENGTH = 12


def givable(by: User) -> dict[str, list[str]]:
    """The roles that ``by`` may give today, each with the codes of the units in and below which."""
    found = {
        role: [post.unit_id for post in by.posts if post.role in spec.appointed_by] for role, spec in ROLES.items()
    }
    return {role: units for role, units in found.items() if units}


def managed_by(by: User) -> QuerySet[Appointment]:
    """The appointments, past ones too, that ``by`` may give and end today."""
    conditions = (Q(role=role) & below_any(units, "unit_id") for role, units in givable(by).items())
    return Appointment.objects.filter(reduce(or_, conditions, Q(pk__in=[])))


def one_time_password() -> str:
    """Shown once, changed at the first sign-in."""
    return "".join(secrets.choice(ALPHABET) for _place in range(PASSWORD_LENGTH))


@transaction.atomic
def open_account(username: str, name: str, *, by: User, email: str = "") -> tuple[User, str]:
    """A new account and its one-time password. Raises ``Incomplete`` when the name is taken."""
    if not givable(by):
        raise NotAllowed
    if User.objects.filter(username=username).exists():
        raise Incomplete(_("This account name is taken."), {"username": _("This account name is taken.")})
    password = one_time_password()
    with acting(by, "accounts.open_account"):
        user = User(username=username, name=name, email=email, must_change_password=True)
        user.set_password(password)
        user.save()
    return user, password


@transaction.atomic
def appoint_newcomer(username: str, name: str, *, by: User, email: str = "", **post) -> tuple[Appointment, str]:
    """Open an account and give it its first office; ``post`` as for ``appoint``. Also the one-time password."""
    user, password = open_account(username, name, by=by, email=email)
    return appoint(user, by=by, **post), password


@transaction.atomic
def appoint(
    user: User, *, role: str, unit: Unit, by: User, starts: date, ends: date | None = None, department: str = ""
) -> Appointment:
    """Give ``user`` the ``role`` on ``unit`` from ``starts`` to ``ends`` (both inclusive; None: without end)."""
    if not any(unit.code.startswith(code) for code in givable(by).get(role, [])):
        raise NotAllowed
    if user == by:
        raise WrongState(_("Nobody appoints themselves: ask somebody else who may."))
    return _appoint(user, role=role, unit=unit, by=by, starts=starts, ends=ends, department=department)


def _appoint(
    user: User, *, role: str, unit: Unit, by: User | None, starts: date, ends: date | None, department: str
) -> Appointment:
    if unit.level not in ROLES[role].levels:
        raise Incomplete(_("This office does not exist at this level."), {"unit": _("Choose a unit of another level.")})
    if ends and ends < starts:
        raise Incomplete(_("The last day lies before the first."), {"ends": _("The last day lies before the first.")})
    User.objects.select_for_update().get(pk=user.pk)
    meanwhile = Appointment.objects.filter(Q(ends=None) | Q(ends__gte=starts), user=user)
    if ends:
        meanwhile = meanwhile.filter(starts__lte=ends)
    if meanwhile.filter(role=role, unit=unit).exists():
        raise WrongState(_("%(name)s holds this office in these days already.") % {"name": user.name})
    if role in THREE_ADMINISTRATORS and meanwhile.filter(role__in=THREE_ADMINISTRATORS - {role}).exists():
        raise WrongState(_("The three administrators must be three persons."))
    with acting(by, "accounts.appoint"):
        appointment = Appointment.objects.create(
            user=user, role=role, unit=unit, department=department, starts=starts, ends=ends, appointed_by=by
        )
        grant([appointment])
    announce([user.pk], "appointed", link="/", unit_code=unit.code, unit=unit.name, role=appointment.get_role_display())
    return appointment


@transaction.atomic
def end(appointment: Appointment, *, by: User, on: date) -> None:
    """Let ``appointment`` end with the day ``on``; the past is never shortened."""
    appointment = managed_by(by).select_for_update().filter(pk=appointment.pk).first()
    if appointment is None:
        raise NotAllowed
    today = timezone.localdate()
    if appointment.ends and appointment.ends < today:
        raise WrongState(_("This appointment has ended already."))
    if on < appointment.starts:
        raise Incomplete(_("The last day lies before the first."), {"on": _("The last day lies before the first.")})
    if on < today:
        raise Incomplete(_("The last day may not lie in the past."), {"on": _("Choose today or a later day.")})
    with acting(by, "accounts.end"):
        appointment.ends = on
        appointment.save(update_fields=["ends"])
    announce(
        [appointment.user_id],
        "appointment_ends",
        unit_code=appointment.unit_id,
        unit=appointment.unit.name,
        role=appointment.get_role_display(),
        day=on.isoformat(),
    )


@transaction.atomic
def reset_password(user: User, *, by: User) -> str:
    """A new one-time password for somebody who forgot theirs, from the office that gives all their offices.

    Offices to come count too: nobody gets hold of an account that will be more than they may give.
    """
    held = Appointment.objects.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()), user=user)
    if not held.exists() or held.exclude(pk__in=managed_by(by).values("pk")).exists():
        raise NotAllowed
    password = one_time_password()
    with acting(by, "accounts.reset_password"):
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
    Token.objects.filter(user=user).delete()
    return password


@transaction.atomic
def lock(user: User, *, by: User, reason: str) -> None:
    """Nobody can sign in with this account until it is unlocked; sessions end at their next request."""
    _set_active(user, False, by=by, verb="accounts.lock", reason=reason)


@transaction.atomic
def unlock(user: User, *, by: User, reason: str = "") -> None:
    _set_active(user, True, by=by, verb="accounts.unlock", reason=reason)


def _set_active(user: User, active: bool, *, by: User, verb: str, reason: str) -> None:
    if user.pk == by.pk or not reachable(by).filter(pk=user.pk).exists():
        raise NotAllowed
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active is active:
        raise WrongState(_("This account is unlocked already.") if active else _("This account is locked already."))
    if not active and not reason.strip():
        raise Incomplete(_("Please give a reason."), {"reason": _("Please give a reason.")})
    with acting(by, verb, reason):
        user.is_active = active
        user.save(update_fields=["is_active"])


def reachable(by: User) -> QuerySet[User]:
    """The people whose accounts ``by`` may lock: those who hold or held an office where ``by`` guards security."""
    held = Appointment.objects.filter(below_any(by.reach("accounts.unlock"), "unit_id"))
    return User.objects.filter(pk__in=held.values("user_id"))


@transaction.atomic
def open_administrator(role: str, username: str, name: str, unit: Unit) -> tuple[User, str]:
    """The first account of one of the three administrators, opened at the machine itself (``manage.py``)."""
    if role not in THREE_ADMINISTRATORS:
        raise NotAllowed
    password = one_time_password()
    with acting(None, "accounts.open_administrator"):
        user, made = User.objects.get_or_create(
            username=username, defaults={"name": name, "must_change_password": True}
        )
        if made:
            user.set_password(password)
            user.save()
    _appoint(user, role=role, unit=unit, by=None, starts=timezone.localdate(), ends=None, department="")
    return user, password if made else ""
