"""A department's figures for one criterion as a sheet: one row per village; all or nothing (architecture §6).

``read`` finds every invalid cell and returns what would change; ``ratings.workflow.supply.supply`` changes it. An empty
cell is skipped, so that a sheet never deletes a figure; importing the same sheet again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from ratings.application.answer_parsing import parsed_answer, typed_in_file
from ratings.models import Application, Cycle
from ratings.presenters.supplied_figures import Beside, Key, a_year_ago, answers_of
from ratings.scheme.spec import Criterion, Question
from ratings.workflow.supply import takes_figure
from ratings.workflow.window import hold_open
from records.outliers import Odd
from records.refusals import Incomplete
from records.workbooks import SheetColumn, SheetRefused, SheetRow, WrongCell, read_rows
from villages.models import Level, Unit, township_of


def variant_of(unit: Unit, variants: Sequence[Criterion]) -> Criterion:
    """The variant of a criterion that applies to ``unit``."""
    return next((variant for variant in variants if variant.fits(unit.tags)), variants[0])


def by_their_tags(cycle: Cycle, units: Iterable[Unit]) -> list[Unit]:
    """``units`` with the tags that apply to them: those of their submitted applications, if any."""
    units = list(units)
    submitted = cycle.applications.filter(unit__in=[unit.code for unit in units], submitted_tags__isnull=False)
    tags = dict(submitted.values_list("unit_id", "submitted_tags"))
    for unit in units:
        unit.tags = tags.get(unit.code, unit.tags)
    return units


@dataclass(frozen=True)
class SuppliedChange:
    """A figure in the sheet that differs from the stored one; ``odd``: a warning to check it."""

    unit: Unit
    question: Question
    before: str
    now: str
    value: Decimal | None
    odd: Odd | None = None

    @property
    def outcome(self) -> list[str]:
        return [self.unit.code, self.question.item, self.before, self.now]


class SupplySheet:
    """The sheet of one criterion (``variants``) for all rated units of ``cycle``'s county."""

    def __init__(self, cycle: Cycle, variants: Sequence[Criterion]) -> None:
        self.cycle = cycle
        self.variants = variants
        self.code_head, self.name_head, self.township_head = _("Division code"), _("Unit"), _("Township")
        asked = {question.item: question for variant in variants for question in variant.questions}
        self.heads = {item: f"{item} {question.name}" for item, question in asked.items()}

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in by_their_tags(self.cycle, self.cycle.rated_units())}

    @cached_property
    def kept(self) -> dict[Key, str]:
        rows = answers_of(self.variants[0].code).filter(application__cycle=self.cycle)
        return {(unit, item): typed for unit, item, typed in rows.values_list("application__unit_id", "item", "typed")}

    @cached_property
    def closed(self) -> set[str]:
        """Codes of the units whose figures can no longer change."""
        under_review = self.cycle.applications.exclude(state__in=Application.State.TAKES_FIGURES)
        answers = answers_of(self.variants[0].code).filter(application__in=under_review)
        there = {(answer.application_id, answer.item): answer for answer in answers}
        closed = set()
        for application in under_review:
            application.cycle = self.cycle
            if not any(takes_figure(application, there.get((application.pk, item))) for item in self.heads):
                closed.add(application.unit_id)
        return closed

    def columns(self) -> list[SheetColumn]:
        townships = Unit.objects.within(self.cycle.unit_id).filter(level=Level.TOWNSHIP)
        names = dict(townships.values_list("code", "name"))
        last = {key: there.typed for key, there in a_year_ago(self.cycle, self.variants, self.units).items()}
        columns = [
            SheetColumn(self.code_head, lambda unit: unit.code),
            SheetColumn(self.name_head, lambda unit: unit.name, 20),
            SheetColumn(self.township_head, lambda unit: names.get(township_of(unit.code), ""), 20),
        ]
        for item, head in self.heads.items():
            columns += [
                SheetColumn(_("Last year %s") % item, _figures(last, item), 14),
                SheetColumn(head, _figures(self.kept, item), 24),
            ]
        return columns

    def notes(self) -> list[str]:
        return [
            _(
                "%(year)s, one line per unit. Write the figures in the columns with a heading; "
                "last year's are beside them."
            )
            % {"year": self.cycle.year},
            _("An empty cell changes nothing. Send the sheet back here; you see what it changes before it counts."),
        ]

    def rows_of(self, raw: bytes) -> list[SheetRow]:
        """The lines that hold a figure. Raises ``SheetRefused``."""
        rows = read_rows(raw, [self.code_head, *self.heads.values()], optional=[self.name_head, self.township_head])
        rows = [row for row in rows if any(row[head] for head in self.heads.values())]
        if not rows:
            raise SheetRefused([], _("No line of the sheet holds a figure."))
        return rows

    def hold(self, rows: Iterable[SheetRow]) -> None:
        """Lock the figures of the villages in ``rows`` until the end of the transaction."""
        hold_open([self.cycle.pk])
        codes = [row.code(self.code_head) for row in rows]
        list(self.cycle.applications.filter(unit__in=codes).order_by("pk").select_for_update().values_list("pk"))

    def read(self, rows: Iterable[SheetRow]) -> list[SuppliedChange]:
        """What ``rows`` would change. Raises ``SheetRefused`` with all errors."""
        problems: list[WrongCell] = []
        changes: list[SuppliedChange] = []
        first: dict[str, int] = {}
        for row in rows:
            unit = self.units.get(row.code(self.code_head))
            if unit is None:
                problems.append(row.wrong(self.code_head, _("the division code of a unit rated here")))
            elif first.setdefault(unit.code, row.number) != row.number:
                problems.append(row.wrong(self.code_head, _("each unit once; see row %d") % first[unit.code]))
            else:
                self._read_row(row, unit, problems, changes)
        if problems:
            raise SheetRefused(problems)
        return self._asked_about(changes)

    def _asked_about(self, changes: list[SuppliedChange]) -> list[SuppliedChange]:
        """``changes`` with what is unusual about them, those with a warning first."""
        fresh = {(change.unit.code, change.question.item): change.value for change in changes}
        beside = Beside(self.cycle, self.variants, [change.unit.code for change in changes], fresh)
        asked = [replace(change, odd=beside.odd(change.unit.code, change.question)) for change in changes]
        return sorted(asked, key=lambda change: change.odd is None)

    def _read_row(self, row: SheetRow, unit: Unit, problems: list[WrongCell], changes: list[SuppliedChange]) -> None:
        variant = variant_of(unit, self.variants)
        questions = {question.item: question for question in variant.questions}
        for item, head in self.heads.items():
            before = self.kept.get((unit.code, item), "")
            if not row[head] or row[head] == before:
                continue
            try:
                now, value = self._figure(unit, variant, questions.get(item), row[head])
            except Incomplete as wrong:
                problems.append(row.wrong(head, str(wrong)))
                continue
            if now != before and unit.code in self.closed:
                expected = _("the figure that is kept: it is under review and can no longer change")
                problems.append(row.wrong(head, expected))
            elif now != before:
                changes.append(SuppliedChange(unit, questions[item], before, now, value))

    def _figure(
        self, unit: Unit, variant: Criterion, question: Question | None, cell: str
    ) -> tuple[str, Decimal | None]:
        """The figure in ``cell``, as typed and as a fact. Raises ``Incomplete`` with what was expected."""
        if question is None or not variant.fits(unit.tags):
            raise Incomplete(_("an empty cell: this unit is not asked for this"))
        typed = typed_in_file(question, cell)
        return typed, parsed_answer(variant, question, typed)


def _figures(of: Mapping[Key, str], item: str):
    return lambda unit: of.get((unit.code, item), "")


def typed_of(changes: Iterable[SuppliedChange]) -> dict[Key, str]:
    """The changes as ``supply`` takes them."""
    return {(change.unit.code, change.question.item): change.now for change in changes}
