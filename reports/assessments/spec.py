"""The structure of an assessment file (formats §9). A kind of term is one class here and one function in ``terms``."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ratings.scheme.spec import Code, Name, Ordinal, Positive, SpecModel, Text

_SHARE = re.compile(r"(\d{1,20}(\.\d{1,40})?)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _share(value: Any) -> Decimal:
    """A decimal from 0 to 1, as a text or a number; never a float."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise PydanticCustomError("share", "a decimal from 0 to 1")
    if isinstance(value, str) and not _SHARE.fullmatch(value):
        raise PydanticCustomError("share", "a decimal from 0 to 1")
    share = Decimal(value)
    if not 0 <= share <= 1:
        raise PydanticCustomError("share", "a decimal from 0 to 1")
    return share


def _day(value: Any) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "a day such as 2026-12-31")


Share = Annotated[Decimal, BeforeValidator(_share)]
Day = Annotated[date, BeforeValidator(_day)]


class _Term(SpecModel):
    """A value from 0 to 1 for each unit assessed; it counts ``weight`` times."""

    code: Code
    name: Text = ""
    weight: Positive


class ShareAtLeast(_Term):
    takes: Literal["share_at_least"]
    star: Ordinal


class Improved(_Term):
    takes: Literal["improved"]


class MeanPoints(_Term):
    takes: Literal["mean_points"]


class OnTime(_Term):
    takes: Literal["on_time"]
    step: Literal["apply", "township_review", "county_review"]


class NoEvent(_Term):
    takes: Literal["no_event"]
    events: Annotated[tuple[Name, ...], Field(min_length=1)]


class PlansDone(_Term):
    takes: Literal["plans_done"]


class ClosedWarnings(_Term):
    takes: Literal["closed_warnings"]


class OwnStar(_Term):
    takes: Literal["own_star"]


class Typed(_Term):
    takes: Literal["typed"]


Term = Annotated[
    ShareAtLeast | Improved | MeanPoints | OnTime | NoEvent | PlansDone | ClosedWarnings | OwnStar | Typed,
    Field(discriminator="takes"),
]


class AssessmentSpec(SpecModel):
    format: Literal["pingxing-assessment/1"]
    name: Text = ""
    year: Annotated[int, Field(strict=True, ge=1900, le=9999)]
    unit: Name
    assesses: Literal["township", "county"]
    on: Day
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    values: dict[str, dict[str, Share]] = {}
