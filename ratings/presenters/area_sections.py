"""The parts of an application's form: areas, cards (criteria), fields (items) (architecture §6–7)."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from ratings.application import questions
from ratings.application.absences import Said
from ratings.application.prefill import Prefill
from ratings.models import Answer, Evidence
from ratings.models.application import Paper
from ratings.scheme.spec import Area, Criterion, Linear, Question, Tiers
from ratings.scheme.wording import bounds_words, figure_parts, rule_lines
from ratings.scoring.outliers import Jump
from ratings.workflow.answers import version


@dataclass
class QuestionField:
    """One item with what was typed. ``problem``: why that is invalid, or was not saved; ``last``: last year's answer.

    ``known``: the prefill that waits to be confirmed; ``stands``: an answer that the typing person had not seen;
    ``jump``: an outlier, ``sure`` if the person confirmed it.
    """

    id: str
    question: Question
    criterion: Criterion
    answer: Answer | None
    typed: str
    reason: str
    problem: str
    last: str
    hint: str
    points: Decimal | None = None
    refused: bool = False
    seen: str | None = None
    stands: Answer | None = None
    known: Prefill | None = None
    jump: Jump | None = None

    @property
    def item(self) -> str:
        return self.question.item

    @property
    def version(self) -> str:
        """The version of the answer that the person has seen: not of a conflicting one that they have not
        chosen yet."""
        return version(self.answer) if self.stands is None else self.seen or ""

    @property
    def stands_version(self) -> str:
        return version(self.stands)

    @property
    def bounds(self) -> str:
        return bounds_words(self.question)

    @property
    def ticked(self) -> bool:
        return self.typed == "1"

    @property
    def answered(self) -> bool:
        return self.answer is not None and self.answer.value is not None

    @property
    def state(self) -> str:
        """The state of the value: saved, invalid, known (prefilled, not confirmed), or nothing yet."""
        if self.problem:
            return "invalid"
        if self.known:
            return "known"
        return "saved" if self.answer is not None and self.answer.typed else ""

    @property
    def sure(self) -> bool:
        return self.answer is not None and self.answer.sure


@dataclass
class EvidencePiece:
    """A piece of evidence that the scheme asks for, with its files, or why there is none this year.

    ``typed``: a reason for that which was refused just now, so that nobody types it twice.
    """

    name: str
    wanted: str
    files: list[Evidence]
    absence: Said | None = None
    typed: str = ""


@dataclass
class CriterionCard:
    """One criterion. ``open``: it may be changed now; ``locked``: why not; ``returned``: the township's reason;
    ``penalty``: its points are subtracted; ``lack``: the evidence still missing."""

    id: str
    criterion: Criterion
    fields: list[QuestionField]
    points: Decimal | None
    open: bool
    locked: str
    returned: str
    pieces: list[EvidencePiece]
    files: list[Evidence]
    penalty: bool = False
    lack: str = ""
    mean: str = ""

    @property
    def waits_for_mean(self) -> bool:
        """Whether only the county's ``mean`` is missing for its points."""
        relative = isinstance(self.criterion, Tiers | Linear) and self.criterion.to_mean
        return relative and not self.mean and all(field.answered for field in self.fields)

    @property
    def by_village(self) -> bool:
        return questions.by_village(self.criterion)

    @property
    def is_computed(self) -> bool:
        return questions.is_computed(self.criterion)

    @property
    def rule(self) -> list[str]:
        return rule_lines(self.criterion, penalty=self.penalty)

    @property
    def unit(self) -> str:
        """The unit of its figure, taken from the brackets in its name: ``满意率(%)`` → ``%``."""
        return figure_parts(self.criterion.figure or "")[1]

    @property
    def known(self) -> list[QuestionField]:
        """Its prefilled fields that wait to be confirmed."""
        return [f for f in self.fields if f.known]

    @property
    def files_at_all(self) -> list[Evidence]:
        return [*self.files, *(file for piece in self.pieces for file in piece.files)]

    @property
    def supplied(self) -> list[QuestionField]:
        return [f for f in self.fields if f.answer is not None]


@dataclass
class AreaSection:
    """One area of the form. ``missing``: messages by item or criterion about what keeps it from being sent."""

    number: int
    area: Area
    cards: list[CriterionCard]
    points: Decimal
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> list[CriterionCard]:
        return [card for card in self.cards if card.by_village]

    @property
    def others(self) -> list[CriterionCard]:
        """What the village does not fill in."""
        return [card for card in self.cards if not card.by_village]

    @property
    def lacking_evidence(self) -> list[CriterionCard]:
        """Criteria that are answered and only lack evidence."""
        return [card for card in self.asked if card.lack and card.points is not None]

    @property
    def unanswered_codes(self) -> list[str]:
        return [card.criterion.code for card in self.lacking if card not in self.lacking_evidence]

    @property
    def filled(self) -> int:
        return len(self.asked) - len(self.lacking)

    @property
    def done(self) -> bool:
        return not self.missing

    @property
    def returned(self) -> list[CriterionCard]:
        return [card for card in self.cards if card.returned]

    @property
    def lacking(self) -> list[CriterionCard]:
        return [card for card in self.asked if self.lacks(card)]

    @property
    def known(self) -> int:
        """How many answers are prefilled and wait to be confirmed."""
        return sum(len(card.known) for card in self.cards)

    @property
    def odd(self) -> list[tuple[CriterionCard, QuestionField]]:
        """Fields far from last year's value that nobody has confirmed."""
        return [(card, f) for card in self.cards for f in card.fields if f.jump and not f.sure]

    @property
    def reused(self) -> int:
        """How many of its files are used elsewhere too, where the reader is told."""
        return sum(bool(getattr(piece, "elsewhere", ())) for card in self.cards for piece in card.files_at_all)

    @property
    def short_name(self) -> str:
        """A name that fits a tab on a phone."""
        return re.split(r"[与和、]", re.sub(r"[“”\"（）()]", "", self.area.name))[0][:4]

    def lacks(self, card: CriterionCard) -> bool:
        return card.criterion.code in self.missing or any(f.item in self.missing for f in card.fields)


@dataclass
class PaperPiece:
    """A document of the whole application (``Paper``) with its files; ``required``: the application cannot be
    sent without it."""

    paper: Paper
    required: bool
    files: list[Evidence]


@dataclass(frozen=True)
class LastYear:
    """Last year's answer, as it was typed and as a fact."""

    typed: str
    value: Decimal
