"""Last year's answers of units, where a criterion has kept its name."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, JSONField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Answer, Application, Cycle
from ratings.presenters.area_sections import LastYear

Answers = dict[str, LastYear]


def last_year(cycle: Cycle, codes: Collection[str]) -> dict[str, Answers]:
    """For each unit in ``codes``, its answers in the previous year's cycle, by item; one query."""
    before = _rows(codes, cycle.year - 1, cycle.scheme.rates, "__in").values_list("unit_id", "said")
    return {unit: as_answers(cycle, said) for unit, said in before}


def of_unit(cycle: Cycle, unit: str) -> Answers:
    """``last_year`` of one unit."""
    found = asked(_said, None, unit, year=cycle.year - 1, rates=cycle.scheme.rates)
    return as_answers(cycle, found[-1]) if found else {}


def _said(_user: User, unit: str, *, year: int, rates: str) -> QuerySet:
    return _rows(unit, year, rates).values_list("said", flat=True)


def of_application(application: str) -> Subquery:
    """``last_year`` as a subquery, of the application in this column; for ``as_answers``."""
    year, rates = OuterRef(f"{application}__cycle__year") - 1, OuterRef(f"{application}__cycle__scheme__rates")
    return Subquery(_rows(OuterRef(f"{application}__unit"), year, rates).values("said")[:1])


def as_answers(cycle: Cycle, said: Mapping[str, Any] | None) -> Answers:
    """The answers to criteria that have the same code and name in ``cycle`` as a year ago."""
    if said is None:
        return {}
    names = dict(zip(said["codes"], said["names"], strict=True))
    same = (c for c in cycle.scheme.spec.criteria if names.get(c.code) == c.name)
    unchanged = {question.item for criterion in same for question in criterion.questions}
    return {a["item"]: LastYear(a["typed"], Decimal(a["value"])) for a in said["given"] if a["item"] in unchanged}


def _rows(unit: Any, year: Any, rates: Any, lookup: str = "") -> QuerySet[Application]:
    """Applications with what they ``said``: the answers, and the codes and names of the criteria."""
    given = Answer.objects.filter(application=OuterRef("pk"), value__isnull=False)
    answer = JSONObject(item="item", typed="typed", value=Cast("value", TextField()))
    said = JSONObject(
        given=ArraySubquery(given.values(answer=answer)), codes=_criteria("code"), names=_criteria("name")
    )
    of_units = {f"unit{lookup}": unit}
    return Application.objects.filter(**of_units, cycle__year=year, cycle__scheme__rates=rates).annotate(said=said)


def _criteria(key: str) -> Func:
    """The value of ``key`` in each criterion of the application's scheme, in the order of the scheme."""
    return Func(
        F("cycle__scheme__body"),
        Value(f"$.areas[*].criteria[*].{key}"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
