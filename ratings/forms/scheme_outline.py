"""A draft scheme as its writers see it: the outline with full marks, and what is wrong where."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from ratings.forms.scheme_faults import FieldFault
from ratings.scheme.drafting import Body, PartPlace, digest, full_marks, part
from ratings.scheme.problems import Problem, errors
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.scheme.wording import plain

_CRITERION = re.compile(r"areas\[(\d+)\]\.criteria\[(\d+)\]")
_AREA = re.compile(r"areas\[(\d+)\]")
_LISTS = {"stars": "stars", "vetoes": "vetoes", "events": "events", "rules": "events"}


def part_of_problem(problem: Problem) -> str:
    """The part (``drafting``) in which a problem can be corrected; nothing for one of the outline."""
    if found := _CRITERION.match(problem.place):
        return PartPlace(int(found[1]) + 1, int(found[2]) + 1).name
    if found := _AREA.match(problem.place):
        return PartPlace(int(found[1]) + 1).name
    if problem.place == "areas":
        return ""
    return _LISTS.get(re.split(r"[.\[]", problem.place)[0], "head")


@dataclass(frozen=True)
class CriterionLine:
    name: str
    digest: str
    code: str
    title: str
    most: str
    faults: int


@dataclass(frozen=True)
class AreaLine:
    name: str
    digest: str
    code: str
    title: str
    kind: str
    full: str
    faults: int
    criteria: list[CriterionLine]


class SchemeOutline:
    """``body`` need not be valid."""

    def __init__(self, body: Body) -> None:
        self.body = body

    @cached_property
    def problems(self) -> list[Problem]:
        try:
            return check_scheme(self.body).warnings
        except SchemeRefused as refused:
            return refused.problems

    @property
    def errors(self) -> list[Problem]:
        return errors(self.problems)

    @cached_property
    def faults(self) -> list[FieldFault]:
        return [self._fault(problem, part_of_problem(problem)) for problem in self.problems]

    def _fault(self, problem: Problem, name: str) -> FieldFault:
        return FieldFault(problem, name, self._title(name), part(self.body, name) if name else {})

    def faults_of(self, name: str) -> list[FieldFault]:
        return [fault for fault in self.faults if fault.part == name]

    def _title(self, name: str) -> str:
        titles = {"head": _("The scheme as a whole"), "stars": _("Star lines"), "vetoes": _("Vetoes")}
        titles |= {"events": _("Events"), "": _("Areas and criteria")}
        if name in titles:
            return titles[name]
        area, _c, criterion = name[1:].partition("c")
        one = self.body["areas"][int(area) - 1]
        return _titled(one["criteria"][int(criterion) - 1] if criterion else one)

    @cached_property
    def full(self) -> str:
        return plain(sum((full_marks(a) for a in self.body["areas"] if a.get("kind") == "base"), Decimal(0)))

    @cached_property
    def areas(self) -> list[AreaLine]:
        return [self._area(number, area) for number, area in enumerate(self.body["areas"], start=1)]

    def _area(self, number: int, area: Body) -> AreaLine:
        lines = [self._criterion(PartPlace(number, n), one) for n, one in enumerate(area["criteria"], start=1)]
        name = PartPlace(number).name
        own = {key: value for key, value in area.items() if key != "criteria"}
        return AreaLine(
            name=name,
            digest=digest(own),
            code=str(area.get("code", "")),
            title=_titled(area),
            kind=area.get("kind", ""),
            full=plain(full_marks(area)),
            faults=len(self.faults_of(name)),
            criteria=lines,
        )

    def _criterion(self, at: PartPlace, one: Body) -> CriterionLine:
        most = one.get("max")
        return CriterionLine(
            name=at.name,
            digest=digest(one),
            code=str(one.get("code", "")),
            title=_titled(one),
            most=plain(Decimal(most)) if isinstance(most, int | Decimal) else str(most or "—"),
            faults=len(self.faults_of(at.name)),
        )


def _titled(value: Body) -> str:
    """Its code and name; of a variant also whom it is for."""
    title = f"{value.get('code', '')} {value.get('name', '')}".strip() or "—"
    only = "、".join(map(str, value.get("only") or ()))
    return f"{title}（{only}）" if only else title
