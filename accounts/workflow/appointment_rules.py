"""Who may give which post where, and to whom: the checks that every step of appointing makes first."""

from collections.abc import Collection
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.roles import ROLES
from records.refusals import Incomplete
from villages.models import below_any


def givable(by: User, *, as_deputy: bool = True) -> dict[str, list[str]]:
    """The roles that ``by`` may give today, each with the codes of the units in and below which.

    ``as_deputy``: include what they may give as somebody's deputy.
    """
    posts = [post for post in by.posts if as_deputy or post.deputy_for_id is None]
    by_role = {role: [post.unit_id for post in posts if post.role in spec.appointed_by] for role, spec in ROLES.items()}
    return {role: units for role, units in by_role.items() if units}


def managed_by(by: User, *, as_deputy: bool = True) -> QuerySet[Appointment]:
    """The appointments, past ones too, that ``by`` may make and end today."""
    given = givable(by, as_deputy=as_deputy)
    conditions = (Q(role=role) & below_any(units, "unit_id") for role, units in given.items())
    return Appointment.objects.filter(reduce(or_, conditions, Q(pk__in=[])))


def in_days(starts: date, ends: date | None) -> Q:
    """Appointments in force on any day from ``starts`` to ``ends``."""
    return (Q(ends=None) | Q(ends__gte=starts)) & (Q(starts__lte=ends) if ends else Q())


def bound_elsewhere(people: Collection[int], *, by: User, starts: date, ends: date | None) -> set[int]:
    """Those of ``people`` (user ids) who hold in these days a post that ``by`` neither gives nor stands above.

    A post in a village bars its holder from reviewing and deciding there (practice §3), so a lower office could disable
    a reviewer or leader by appointing them. It may not: whoever gave the other post must end it first.
    """
    places = {code for codes in givable(by).values() for code in codes}
    lower = below_any(places, "unit_id") & ~Q(unit__in=places)
    held = Appointment.objects.filter(in_days(starts, ends), user__in=people)
    foreign = held.exclude(lower).exclude(pk__in=managed_by(by).values("pk"))
    return set(foreign.values_list("user_id", flat=True))


def nobody_of_that_name() -> Incomplete:
    """One answer for an account that does not exist, is another's, or is bound elsewhere: guessing reveals nothing."""
    message = _(
        "Nobody with this name and account name can be appointed here. Please check both; a "
        "person who holds an office given by others must give it up first."
    )
    return Incomplete(message, {"username": message})
