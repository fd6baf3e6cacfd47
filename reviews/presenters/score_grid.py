"""Many villages in one table: a reviewer's own sheets as rows, criteria as columns (those judged by people, or those of
an area)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from ratings.models import Answer, Cycle
from ratings.presenters.last_year import last_year
from ratings.scheme.spec import Criterion, SchemeSpec
from ratings.scoring.totals import running_total
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.sheets.entries import entries_of
from reviews.sheets.queue import TO_SCORE, sheets_of
from reviews.sheets.score_sheet_form import AGREE, SavedScores, ScorePart, ScoreSheetForm, same_text
from reviews.sheets.scores import scored, with_computed
from reviews.workflow.sheets import NO_LONGER_OPEN
from reviews.workflow.visits import Fields, TypedField
from villages.models import below_any

PER_PAGE = 40


@dataclass
class Cell:
    """One criterion of one sheet: points are typed, the village's figures accepted; facts are corrected elsewhere."""

    sheet: int
    part: ScorePart

    @property
    def kind(self) -> str:
        if self.part.is_judged:
            return "points"
        return "agree" if self.part.can_agree and not self.part.version else "sheet"

    @property
    def line(self) -> str:
        """The name of the field for the points."""
        return f"{self.sheet}:{self.part.lines[0].name}"

    @property
    def why(self) -> str:
        return f"{self.sheet}:why.{self.part.criterion.code}"

    @property
    def how(self) -> str:
        return f"{self.sheet}:how.{self.part.criterion.code}"

    @property
    def seen(self) -> str:
        return f"{self.sheet}:seen:{self.part.criterion.code}"

    @property
    def dom_id(self) -> str:
        return f"e-{self.sheet}-{self.part.dom_id}"

    def typed(self, data: Mapping[str, str]) -> Fields:
        """What was typed here; empty when nothing was."""
        code, seen = self.part.criterion.code, data.get(self.seen)
        if self.kind == "points" and self.line in data:
            points, why = data[self.line], data.get(self.why, "")
            return {self.part.lines[0].name: TypedField(points, seen), f"why.{code}": TypedField(why, seen)}
        if self.kind == "agree" and data.get(self.how) == AGREE:
            return {f"how.{code}": TypedField(AGREE, seen)}
        return {}


@dataclass
class GridRow:
    """One sheet. ``cells``: by column, None where the criterion does not apply to this unit."""

    sheet: Sheet
    form: ScoreSheetForm
    cells: list[Cell | None]
    total: Decimal
    left: int
    refused: str = ""

    @property
    def is_open(self) -> bool:
        ready = self.sheet.application.state == REVIEW_LEVELS[self.sheet.stage].state
        return ready and self.sheet.state == Sheet.State.OPEN

    @property
    def filled_cells(self) -> list[Cell]:
        return [cell for cell in self.cells if cell]

    def typed(self, data: Mapping[str, str]) -> dict[str, Fields]:
        by_criterion = {cell.part.criterion.code: cell.typed(data) for cell in self.filled_cells}
        return {code: fields for code, fields in by_criterion.items() if fields}

    @property
    def has_problem(self) -> bool:
        return bool(self.refused) or any(cell.part.kept and cell.part.kept.problem for cell in self.filled_cells)

    def _stands(self, typed: Mapping[str, Fields]) -> bool:
        """Whether exactly this was handed in: a second click is not a refusal."""
        texts = {name: text for cell in self.filled_cells for name, text in cell.part.texts.items()}
        said = [(texts.get(name, ""), of.text) for fields in typed.values() for name, of in fields.items()]
        return self.sheet.state == Sheet.State.HANDED_IN and all(same_text(*pair) for pair in said)

    def show(self, saved: Mapping[str, SavedScores], typed: Mapping[str, Fields]) -> None:
        """Show what was refused, as it was typed."""
        if typed and not self.is_open and not self._stands(typed):
            self.refused = str(NO_LONGER_OPEN)
        for cell in self.filled_cells:
            code = cell.part.criterion.code
            cell.part.kept = saved.get(code)
            fields = typed.get(code)
            if fields and (self.refused or (cell.part.kept and cell.part.kept.problem)):
                self.form.read_part(cell.part, cell.part.texts | {name: of.text for name, of in fields.items()})


def waiting(user: User) -> QuerySet[Sheet]:
    """The sheets that ``user`` still has to score, where the permission is still held."""
    mine = sheets_of(user).filter(TO_SCORE)
    allowed = mine.none()
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("score")):
            allowed = allowed | mine.filter(below_any(codes, "application__unit_id"), stage=review_level.stage)
    return allowed.select_related("application__unit").order_by("application__unit", "stage")


def columns(spec: SchemeSpec, area: str) -> list[Criterion]:
    """The criteria of the columns: of the area (by code), or all that a person judges; variants of one code once."""
    within = [one.criteria for one in spec.areas if one.code == area]
    chosen = within[0] if within else [criterion for criterion in spec.criteria if criterion.method == "judged"]
    return list({criterion.code: criterion for criterion in chosen}.values())


def rows_of(sheets: Collection[Sheet], cycle: Cycle, across: Iterable[Criterion]) -> list[GridRow]:
    """A row for each of ``sheets`` of one ``cycle``; four queries."""
    spec, codes = cycle.scheme.spec, [criterion.code for criterion in across]
    entries = entries_of([sheet.pk for sheet in sheets])
    last = last_year(cycle, [sheet.application.unit_id for sheet in sheets])
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(application__in={sheet.application_id for sheet in sheets}):
        answers[answer.application_id][answer.item] = answer
    rows = []
    for sheet in sheets:
        fitting = spec.fitting(sheet.application.tags)
        form = ScoreSheetForm(
            [criterion for criterion in fitting if criterion.code in codes],
            answers[sheet.application_id],
            entries[sheet.pk],
            last.get(sheet.application.unit_id),
        )
        cells = {part.criterion.code: Cell(sheet.pk, part) for part in form.parts}
        points = scored(spec, sheet.application.tags, with_computed(fitting, entries[sheet.pk], form.reported))
        total = running_total(spec, {code: of.points for code, of in points.items()})
        rows.append(GridRow(sheet, form, [cells.get(code) for code in codes], total, len(fitting) - len(points)))
    return rows
