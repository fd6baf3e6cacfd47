"""The lines of the form's sheet about documents that a village may not have this year (本年没有), with the reason."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from ratings.models import Application
from ratings.presenters.application_form import ApplicationFormView
from ratings.presenters.area_sections import CriterionCard, EvidencePiece
from ratings.workflow.evidence import declare_absent, take_back_absence
from records import cells

NONE = {"本年没有", "今年没有"}
"""What offices write beside 无 and 没有, which are read wherever something is ticked."""


@dataclass(frozen=True)
class AskedDocument:
    """A piece of evidence that the village may attach, or declare absent."""

    area: str
    card: CriterionCard
    piece: EvidencePiece

    last = known = version = ""

    @property
    def item(self) -> str:
        return f"{self.card.criterion.code} {self.piece.name}"

    @property
    def name(self) -> str:
        return _("Evidence “%s”: is there none this year?") % self.piece.name

    @property
    def unit(self) -> str:
        return _("“%s” and the reason, or empty") % self.none

    @property
    def none(self) -> str:
        return pgettext("a document", "none")

    @property
    def answer(self) -> str:
        return self.none if self.piece.absence else ""

    @property
    def reason(self) -> str:
        return self.piece.absence["reason"] if self.piece.absence else ""

    def says_none(self, answer: str) -> bool | None:
        """Whether ``answer`` says that there is none; None where it says neither. A reason alone says it, too."""
        said = cells.code(answer)
        if not said or said in NONE | {cells.code(self.none)}:
            return True
        ticked = cells.tick(said)
        return None if ticked is None else not ticked

    def keep(self, application: Application, answer: str, reason: str, by: User) -> tuple[str, str]:
        """Save what the line says; return answer and reason afterwards. Raises as ``declare_absent`` does."""
        code = self.card.criterion.code
        if not self.says_none(answer):
            if self.piece.absence:
                take_back_absence(application, code, self.piece.name, by=by)
            return "", ""
        reason = reason.strip() or self.reason
        if reason != self.reason or not reason:
            declare_absent(application, code, self.piece.name, reason=reason, by=by)
        return self.none, reason


def documents_of(form: ApplicationFormView) -> list[AskedDocument]:
    """The documents required on ``form`` that are not attached, in its order."""
    return [
        AskedDocument(f"{sheet.area.code} {sheet.area.name}", card, piece)
        for sheet in form.sheets
        for card in sheet.cards
        if card.open
        for piece in card.pieces
        if not piece.files
    ]
