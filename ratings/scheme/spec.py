"""The structure of a scheme file (formats §1) as frozen models.

Structure only: which keys exist, which are required, what each holds. Consistency between the parts is in ``checks``. A
scoring method is one class here, listed in ``Criterion``, and one function in ``ratings.scoring.methods``.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError

from ratings.scheme.below import is_from_below
from records.numbers import decimals

FORMAT = "pingxing-scheme/1"
LARGEST = Decimal(10) ** 12
MOST_PLACES = 10
PER_CENT = (Decimal(0), Decimal(100))
MONTHS = 12


def _number(value: Any) -> Decimal:
    """A JSON number as a decimal; never a float, a text or a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number", "a number")
    number = Decimal(value)
    if number.copy_abs() >= LARGEST or decimals(number) > MOST_PLACES:
        raise PydanticCustomError("number_size", "a number of ordinary size")
    return number


def _storable(value: str) -> str:
    """A text without NUL, which no text of the database can hold."""
    if "\0" in value:
        raise PydanticCustomError("nul", "a text without control characters")
    return value


def _bar(value: Any) -> int | str:
    """What a veto bars: a star, or under the rule ``areas`` the code of an area."""
    if (type(value) is int and value >= 1) or (isinstance(value, str) and value):
        return value
    raise PydanticCustomError("bar", "a star or the code of an area")


Number = Annotated[Decimal, BeforeValidator(_number)]
NotNegative = Annotated[Number, Field(ge=0)]
Positive = Annotated[Number, Field(gt=0)]
Whole = Annotated[int, Field(strict=True, ge=0, lt=100_000)]
Ordinal = Annotated[int, Field(strict=True, ge=1, lt=100_000)]
Storable = AfterValidator(_storable)
Text = Annotated[str, Field(strict=True), Storable]
Name = Annotated[str, Field(strict=True, min_length=1), Storable]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\s@,][^\s,]*$", max_length=19), Storable]
Yes = Annotated[bool, Field(strict=True)]


class SpecModel(BaseModel):
    """Base of all objects in a scheme file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Without what was worked out from the former values (``cached_property``)."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(copied).model_fields.keys():
            del copied.__dict__[name]
        return copied


class EvidenceSpec(SpecModel):
    name: Name
    signed_by: Text | None = None
    instead: Text | None = None


class CountedItem(SpecModel):
    """An item that is counted: ``per`` points for every ``each`` of its count, ``at_most`` in all.

    ``least``, ``most`` and ``whole`` say which counts are possible.
    """

    code: Code
    name: Text = ""
    per: NotNegative | None = None
    each: Positive = Decimal(1)
    step: Literal["started"] | None = None
    at_most: NotNegative | None = None
    least: NotNegative = Decimal(0)
    most: NotNegative | None = None
    whole: Yes = False


class GainItem(CountedItem):
    per: NotNegative


class DeductionItem(CountedItem):
    zeroes: Yes = False


class TickItem(SpecModel):
    code: Code
    name: Text = ""
    points: NotNegative | None = None


class Tier(SpecModel):
    at_least: Number | None = None
    at_most: Number | None = None
    points: NotNegative

    def holds(self, figure: Decimal) -> bool:
        return (self.at_least is None or figure >= self.at_least) and (self.at_most is None or figure <= self.at_most)


class Question(SpecModel):
    """One fact that a criterion asks for; ``item`` is its name in a facts file.

    ``least`` and ``most`` bound the possible values, None for no bound; ``whole``: no decimals.
    """

    item: str
    kind: Literal["count", "tick", "figure", "points"]
    name: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    whole: bool = False


class _Criterion(SpecModel):
    code: Code
    name: Name
    max: Positive
    supplier: Name = "village"
    checks: tuple[Name, ...] = ()
    evidence: tuple[EvidenceSpec, ...] = ()
    only: tuple[Name, ...] = ()
    figure: Text | None = None

    if TYPE_CHECKING:

        @property
        def questions(self) -> tuple["Question", ...]: ...

    @property
    def in_file(self) -> tuple["Question", ...]:
        """What a facts file may say: what people are asked, and what is otherwise computed."""
        return self.questions

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts from which its points follow."""
        return tuple(question.item for question in self.in_file)

    @property
    def computed(self) -> tuple[str, ...]:
        """Those of its facts that nobody types."""
        return self.needs if is_from_below(self.supplier) else ()

    def fits(self, tags: Collection[str]) -> bool:
        """Whether this variant applies to a unit with ``tags``; without ``only`` it applies to every unit."""
        return not self.only or any(tag in self.only for tag in tags)

    def item_name(self, code: str) -> str:
        return f"{self.code}.{code}"


class _Figured(_Criterion):
    """A criterion that looks at one figure, such as the percentage of satisfied villagers.

    ``least``, ``most`` and ``whole`` say which figures are possible; a percentage lies in 0 … 100 unless they say
    otherwise. Where the figure comes from (formats, Extensions): ``monthly``, the mean of twelve; ``to_mean``, percent
    of the county's mean, which is computed; ``same_as``, what another criterion asks for.
    """

    least: Number | None = None
    most: Number | None = None
    whole: Yes = False
    monthly: Yes = False
    to_mean: Yes = False
    same_as: Code | None = None

    @cached_property
    def in_file(self) -> tuple[Question, ...]:
        if not self.to_mean:
            return self.questions
        mean = self._question(self.mean_item, _("%s, the county's mean") % (self.figure or self.name))
        return *self.questions, mean.model_copy(update={"whole": False})

    @property
    def mean_item(self) -> str:
        """The name of the county's mean in a facts file."""
        return f"{self.code}.mean"

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.same_as,) if self.same_as else super().needs

    @property
    def computed(self) -> tuple[str, ...]:
        return (self.mean_item,) if self.to_mean else super().computed

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        name = self.figure or self.name
        if self.same_as:
            return ()
        if self.monthly:
            months = range(1, MONTHS + 1)
            return tuple(
                self._question(f"{self.code}.m{n}", _("%(name)s, month %(n)s") % {"name": name, "n": n}) for n in months
            )
        return (self._question(self.code, name),)

    def _question(self, item: str, name: str) -> Question:
        least, most = PER_CENT if "%" in name or "％" in name else (None, None)
        return Question(
            item=item,
            kind="figure",
            name=name,
            least=least if self.least is None else self.least,
            most=most if self.most is None else self.most,
            whole=self.whole,
        )


class _Itemised(_Criterion):
    """A criterion with a fact for each of its items."""

    asks: ClassVar[Literal["count", "tick"]]
    if TYPE_CHECKING:

        @property
        def items(self) -> Sequence[CountedItem | TickItem]: ...

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self._question(item) for item in self.items)

    def _question(self, item: CountedItem | TickItem) -> Question:
        bounds = item.model_dump(include={"least", "most", "whole"})
        return Question(item=self.item_name(item.code), kind=self.asks, name=item.name, **bounds)


class Judged(_Criterion):
    method: Literal["judged"]
    step: Positive = Decimal(1)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return (Question(item=self.code, kind="points", name=self.name),)


class Deduction(_Itemised):
    asks = "count"
    method: Literal["deduction"]
    items: tuple[DeductionItem, ...] = Field(min_length=1)


class Count(_Itemised):
    asks = "count"
    method: Literal["count"]
    items: tuple[GainItem, ...] = Field(min_length=1)


class Tiers(_Figured):
    method: Literal["tiers"]
    tiers: tuple[Tier, ...] = Field(min_length=1)


class Linear(_Figured):
    method: Literal["linear"]
    zero_at: Number
    full_at: Number
    gate: Number | None = None


class Checklist(_Itemised):
    asks = "tick"
    method: Literal["checklist"]
    items: tuple[TickItem, ...] = Field(min_length=1)
    all_or_nothing: Yes = False


Criterion = Annotated[Judged | Deduction | Count | Tiers | Linear | Checklist, Field(discriminator="method")]
METHOD_MODELS = {model.model_fields["method"].annotation.__args__[0]: model for model in Criterion.__args__[0].__args__}
"""The shape of a criterion by its method."""


class Area(SpecModel):
    code: Code
    name: Text = ""
    kind: Literal["base", "bonus", "penalty"]
    cap: NotNegative | None = None
    core: Yes = False
    line: NotNegative | None = None
    criteria: tuple[Criterion, ...]

    @property
    def full(self) -> Decimal:
        """The sum of the maxima; variants of one code count once."""
        return sum({criterion.code: criterion.max for criterion in self.criteria}.values(), Decimal(0))


class VetoSpec(SpecModel):
    code: Code
    name: Text = ""
    bars: Annotated[
        Annotated[Literal["all"], Tag("all")]
        | Annotated[tuple[Annotated[Any, BeforeValidator(_bar)], ...], Tag("list")],
        Discriminator(lambda bars: "all" if isinstance(bars, str) else "list"),
    ] = ()
    months: Ordinal | None = None


class FigureAtMost(SpecModel):
    at_most: Number


FigureLine = Annotated[
    Annotated[Number, Tag("number")] | Annotated[FigureAtMost, Tag("limit")],
    Discriminator(lambda line: "limit" if isinstance(line, dict | FigureAtMost) else "number"),
]


class StarLine(SpecModel):
    """The requirements of a star; which keys are allowed depends on the scheme's ``rule``."""

    star: Ordinal
    total: Number | None = None
    over: Number | None = None
    areas: dict[str, NotNegative] = {}
    criteria: dict[str, NotNegative] = {}
    figures: dict[str, FigureLine] = {}
    top: NotNegative | None = None
    core: Literal["all"] | None = None
    others: Whole = 0


class EventSpec(SpecModel):
    code: Code
    name: Text = ""


class Rule(SpecModel):
    """What an event does to a star (formats §3)."""

    event: Text
    does: Literal["warn", "lower", "cap", "suspend", "revoke"]
    by: Ordinal | None = None
    star: Whole | None = None
    months: Ordinal | None = None
    automatic: Yes = False


class NoSingleVariant(ValueError):
    """Of the variants of ``code``, ``fitting`` (none, or several) fit a unit with ``tags``."""

    def __init__(self, code: str, fitting: int):
        super().__init__(code, fitting)
        self.code, self.fitting = code, fitting


class SchemeSpec(SpecModel):
    format: Literal["pingxing-scheme/1"]
    name: Name
    year: Annotated[int, Field(strict=True, ge=1900, le=9999)]
    unit: Name
    rates: Name = "village"
    rule: Literal["lines", "areas", "core"] = "lines"
    tolerance: NotNegative | None = None
    notice_days: Whole = 5
    appeal_days: Whole = 15
    departments: tuple[Name, ...] = ()
    areas: tuple[Area, ...] = Field(min_length=1)
    vetoes: tuple[VetoSpec, ...] = ()
    stars: tuple[StarLine, ...] = ()
    townships_decide_up_to: Whole = 3
    events: tuple[EventSpec, ...] = ()
    rules: tuple[Rule, ...] = ()

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion in the order of the file, including each variant."""
        return tuple(criterion for area in self.areas for criterion in area.criteria)

    @cached_property
    def penalties(self) -> frozenset[str]:
        """The codes of the criteria whose points are subtracted."""
        return frozenset(c.code for area in self.areas if area.kind == "penalty" for c in area.criteria)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The code of every criterion in the order of the file, once each."""
        return tuple(Counter(criterion.code for criterion in self.criteria))

    def fitting(self, tags: Collection[str]) -> tuple[Criterion, ...]:
        """The criteria by which a unit with ``tags`` is scored, one per code. Raises ``NoSingleVariant``."""
        fitting = tuple(criterion for criterion in self.criteria if criterion.fits(tags))
        times = Counter(criterion.code for criterion in fitting)
        for code in self.codes:
            if times[code] != 1:
                raise NoSingleVariant(code, times[code])
        return fitting
