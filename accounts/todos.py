"""The to-dos of people who appoint, guard security and audit (sources of ``accounts/todo_list.py``)."""

from functools import reduce
from operator import or_

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import workflow
from accounts.locks import locked_out, locked_out_by_codes
from accounts.models import Appointment, User
from accounts.prepared import asked
from accounts.roles import ROLES, Role
from accounts.todo_list import Todo
from accounts.trail_review import unseen
from villages.models import Unit, below_any

# Every such unit needs somebody in this role, or nothing happens there.
ESSENTIAL = (Role.COUNTY_OFFICE, Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER, Role.SIGNER, Role.FILLER)
RATED_ONLY = (Role.SIGNER, Role.FILLER)
PLACES_SHOWN = 100


class Vacancies:
    """Units without an office or a filler, for those who may appoint one."""

    def entries(self, user: User) -> list[Todo]:
        if not user.has_perm("accounts.appoint"):
            return []
        roles = _roles(user)
        places = asked(_vacancies, user) if roles else []
        for n, role in enumerate(roles):
            if vacant := [(code, name) for code, name, *lacks in places if lacks[n]]:
                return [self._todo(role, vacant)]
        return []

    def _todo(self, role: str, vacant: list[tuple[str, str]]) -> Todo:
        name = Role(role).label
        title = ngettext("%(count)d place has no %(role)s", "%(count)d places have no %(role)s", len(vacant))
        return Todo(
            title=title % {"count": len(vacant), "role": name},
            detail=_("First: %(unit)s") % {"unit": vacant[0][1]},
            url=f"{reverse('appointment_new')}?{urlencode({'role': role, 'unit': vacant[0][0]})}",
            over=_("Appointments"),
            action=_("Appoint somebody"),
        )


def _roles(user: User) -> list[str]:
    givable = workflow.givable(user)
    return [role for role in ESSENTIAL if role in givable]


def _vacancies(user: User) -> QuerySet:
    """Units that lack one of the roles, each with what it lacks."""
    givable = workflow.givable(user)
    held = Appointment.objects.on(timezone.localdate()).filter(unit=OuterRef("pk"))
    wanted = {
        f"lacks_{role}": ExpressionWrapper(
            below_any(givable[role])
            & Q(level__in=ROLES[role].levels, rated=role in RATED_ONLY)
            & ~Exists(held.filter(role=role)),
            BooleanField(),
        )
        for role in _roles(user)
    }
    lacking = reduce(or_, (Q(**{name: True}) for name in wanted), Q(pk__in=[]))
    rows = Unit.objects.standing().annotate(**wanted).filter(lacking).order_by("code")
    return rows.values_list("code", "name", *wanted)[:PLACES_SHOWN]


class Locks:
    """Accounts locked out by wrong passwords or codes, for the security administrator."""

    def entries(self, user: User) -> list[Todo]:
        if not user.has_perm("accounts.unlock"):
            return []
        people = workflow.reachable(user)
        names = set(locked_out(people).order_by().values_list("username", flat=True).distinct()[:100])
        names |= {one.user.username for one in locked_out_by_codes(people)[:100]}
        if not names:
            return []
        title = ngettext("%(count)d account is locked out", "%(count)d accounts are locked out", len(names))
        return [
            Todo(
                title=title % {"count": len(names)},
                detail=_("Ask the person before you unlock: somebody else may have tried their password."),
                url=reverse("locks"),
                over=_("Security"),
                action=_("See the locks"),
                urgent=True,
            )
        ]


class Trail:
    """Changes of appointments that nobody has looked through yet, for the audit administrator."""

    def entries(self, user: User) -> list[Todo]:
        reach = user.reach("accounts.read_trail")
        changed = unseen(reach).count() if reach else 0
        if not changed:
            return []
        title = ngettext(
            "%(count)d change of appointments to review",
            "%(count)d changes of appointments to review",
            changed,
        )
        return [
            Todo(
                title=title % {"count": changed},
                detail=_("By day, office and step: look through a group and mark it as seen."),
                url=reverse("trail_review"),
                over=_("Audit trail"),
                action=_("Look through them"),
            )
        ]
