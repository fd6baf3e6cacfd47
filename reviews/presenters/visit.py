"""The form for scoring on the spot: which criteria a reviewer checks in the village, and what was saved."""

from collections.abc import Mapping

from accounts.models import User
from ratings.scheme.spec import Criterion
from reviews.presenters.own_sheet import OwnSheet
from reviews.sheets.entries import entries_of
from reviews.sheets.photos import by_criterion
from reviews.sheets.score_sheet_form import ScoreSheetForm
from reviews.workflow.visits import Fields, SavedScores

DOCUMENTS = "documents"


def on_the_spot(criteria: list[Criterion]) -> list[Criterion]:
    """Those that are checked by more than documents (``checks``, formats §1); all when the scheme names none."""
    return [criterion for criterion in criteria if set(criterion.checks) - {DOCUMENTS}] or criteria


class Visit(OwnSheet):
    """``everything``: all criteria, not only those to be checked there. ``kept``: the outcome of what was sent."""

    def __init__(self, user: User, pk: int, *, everything: bool) -> None:
        super().__init__(user, pk)
        self.everything = everything
        self.shown = self.criteria if everything else on_the_spot(self.criteria)
        self.kept: dict[str, SavedScores] = {}
        self.form = self._read()

    @property
    def has_more(self) -> bool:
        return len(self.criteria) > len(on_the_spot(self.criteria))

    def _read(self) -> ScoreSheetForm:
        form = ScoreSheetForm(self.shown, self.answers, self.entries, self.last)
        for part in form.parts:
            part.kept = self.kept.get(part.criterion.code)
        return form

    def show(self, saved: Mapping[str, SavedScores], typed: Mapping[str, Fields]) -> None:
        """Show what was saved, and what was not as it was typed."""
        self.entries, self.kept = self.with_computed(entries_of([self.sheet.pk])[self.sheet.pk]), dict(saved)
        self.form = self._read()
        for part in self.form.parts:
            fields, refused = typed.get(part.criterion.code, {}), part.kept and part.kept.problem
            if refused and fields:
                self.form.read_part(part, part.texts | {name: of.text for name, of in fields.items()})

    def with_photos(self) -> ScoreSheetForm:
        photos = by_criterion(self.sheet.seen_there)
        for part in self.form.parts:
            part.photos = photos[part.criterion.code]
            part.absences = self.absences[part.criterion.code]
            part.penalty = part.criterion.code in self.spec.penalties
        return self.form
