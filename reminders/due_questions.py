"""What is read of a place to know what is due there. One question each; of one place alone they are kept prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.prepared import asked
from followups.models import FollowUp
from followups.offices import Office
from ratings.models import Application, Cycle, Decision, Extension, Window
from ratings.models.cycle import RATED_IN_CYCLE
from records.addresses import address_in
from records.kept_statements import rows_of
from records.page_facts import address_table
from reviews.models import Appeal, Candidate, DepartmentCheck, Hearer, Objection, Settlement, Sheet
from villages.models import around_any, below_any

State = Application.State


class Waiting(NamedTuple):
    """An application that is not settled; ``since``: its last step."""

    pk: int
    unit_id: str
    cycle_id: int
    state: str
    since: datetime | None


class Closing(NamedTuple):
    """A step's window."""

    cycle_id: int
    step: str
    opens: datetime
    closes: datetime


class WaitingFollowUp(NamedTuple):
    pk: int
    unit_id: str
    kind: str
    state: str
    responsible: Office
    checker: Office | None
    person_id: int | None
    opened_at: datetime
    reported_at: datetime | None
    due_at: datetime
    link: str

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> WaitingFollowUp:
        """Of a row of ``followups``."""
        pk, unit, kind, state, responsible, role, checker, checker_role, *rest = row
        return cls(
            pk, unit, kind, state, Office(responsible, role), Office(checker, checker_role) if checker else None, *rest
        )


class Place:
    """At or below ``codes``. ``reader``: on whose page it is asked with the rest (``accounts.together``)."""

    def __init__(self, codes: Sequence[str], reader: User | None) -> None:
        self.codes, self.reader = codes, reader
        self.table = address_table()

    def __call__(self, build: Callable[..., QuerySet[Any]]) -> list[Any]:
        if len(self.codes) == 1:
            return asked(build, self.reader, *self.codes)
        return list(build(self.reader, *self.codes))

    def address(self, name: str, *args: str | int) -> str:
        """As ``records.addresses.address``: a city needs a thousand."""
        return address_in(self.table, name, tuple(map(str, args)))


def cycles(_reader: User | None, *codes: str) -> QuerySet[Any]:
    """The open ones, and closed ones in which something still goes on: number and state."""
    going_on = Exists(Application.objects.filter(cycle=OuterRef("pk"), state__in=State.UNDER_WAY))
    here = Cycle.objects.filter(around_any(codes, "unit_id"), Q(state=Cycle.State.OPEN) | Q(going_on))
    return here.values_list("pk", "state")


def windows(reader: User | None, *codes: str) -> QuerySet[Any]:
    """Rows of ``Closing``."""
    here = Window.objects.filter(cycle__in=cycles(reader, *codes).values("pk"))
    return here.values_list(*Closing._fields)


def extensions(reader: User | None, *codes: str) -> QuerySet[Any]:
    here = Extension.objects.filter(cycle__in=cycles(reader, *codes).values("pk"))
    return here.values_list("cycle", "step", "unit", "closes")


def applications(reader: User | None, *codes: str) -> QuerySet[Any]:
    """Rows of ``Waiting``."""
    here = Application.objects.filter(below_any(codes, "unit_id"), cycle__in=cycles(reader, *codes).values("pk"))
    rows = here.exclude(state__in=State.SETTLED).order_by("unit")
    return rows.values_list("pk", "unit_id", "cycle_id", "state").annotate(since=Max("transitions__at"))


def not_begun(codes: Sequence[str], open_cycles: list[int]) -> list[tuple[Any, ...]]:
    """Cycle and code of each unit that has no application."""
    if not (codes and open_cycles):
        return []
    here = " or ".join(["u.code >= %s and u.code < %s"] * len(codes))
    sql = f"""
        select c.id, u.code from ratings_cycle c join ratings_scheme s on s.id = c.scheme_id
        join villages_unit u on {RATED_IN_CYCLE}
        where c.id = any(%s) and c.state = 'open'
            and ({here})
            and not exists (select from ratings_application a where a.cycle_id = c.id and a.unit_id = u.code)
        order by u.code
    """  # noqa: S608 our own words
    return rows_of(sql, [open_cycles, *(bound for code in codes for bound in (code, code + "~"))])


def sheets(_reader: User | None, *codes: str) -> QuerySet[Any]:
    here = Sheet.objects.filter(below_any(codes, "application__unit_id"), application__state__in=State.IN_REVIEW)
    return here.filter(state__in=Sheet.State.HELD).values_list("application", "stage", "state", "reviewer")


def settlements(_reader: User | None, *codes: str) -> QuerySet[Any]:
    here = Settlement.objects.waiting().filter(below_any(codes, "application__unit_id"))
    return here.filter(application__state__in=State.IN_REVIEW).values_list("application", "stage")


def decisions(_reader: User | None, *codes: str) -> QuerySet[Any]:
    """Made, and not released."""
    here = Decision.objects.filter(below_any(codes, "application__unit_id"), application__state=State.DECIDED)
    made = here.filter(state=Decision.State.DECIDED).order_by("decided_at")
    return made.values_list("application", "origin", "decided_at")


def candidates(_reader: User | None, *codes: str) -> QuerySet[Any]:
    """The list of departments' checks on which each application stands, whose result is not out."""
    here = Candidate.objects.filter(below_any(codes, "application__unit_id"))
    return here.filter(application__state__in=State.COUNTY_UNRELEASED).values_list("application", "of")


def checks(reader: User | None, *codes: str) -> QuerySet[DepartmentCheck]:
    """The lists of ``candidates``."""
    lists = candidates(reader, *codes).order_by().values("of")
    return DepartmentCheck.objects.filter(pk__in=lists).select_related("cycle__scheme")


def objections(_reader: User | None, *codes: str) -> QuerySet[Objection]:
    here = Objection.objects.filter(below_any(codes, "decision__application__unit_id"))
    open_ones = here.filter(decision__application__state=State.PUBLIC_NOTICE, state__in=Objection.State.UNANSWERED)
    return open_ones.select_related("decision__batch_entry__batch")


def appeals(_reader: User | None, *codes: str) -> QuerySet[Appeal]:
    here = Appeal.objects.filter(below_any(codes, "unit_id"), state__in=Appeal.State.UNANSWERED)
    return here.select_related("decision").order_by("unit", "pk")


def hearers(_reader: User | None, *codes: str) -> QuerySet[Any]:
    """Who hears each of the ``appeals``."""
    here = Hearer.objects.filter(below_any(codes, "appeal__unit_id"), appeal__state__in=Appeal.State.UNANSWERED)
    return here.order_by("user").values_list("appeal", "user")


def followups(_reader: User | None, *codes: str) -> QuerySet[Any]:
    """Rows of ``WaitingFollowUp``."""
    here = FollowUp.objects.waiting().filter(below_any(codes, "unit_id")).order_by("due_at", "pk")
    offices = ("responsible_unit", "responsible_role", "checker_unit", "checker_role")
    return here.values_list(
        "pk", "unit", "kind", "state", *offices, "person", "opened_at", "reported_at", "due_at", "link"
    )
