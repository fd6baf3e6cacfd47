"""A score sheet as a form, one area per page: the unit's value beside the reviewer's.

Fields are named ``how.CODE`` (agree or change), ``v.ITEM`` and ``why.CODE``. A reviewer who agrees takes the unit's
figures unchanged; one who changes a figure says why, and the change itself implies the choice. Typed points, which no
unit answers, are always typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from ratings.application.absences import Said
from ratings.application.answer_parsing import parsed_answer
from ratings.application.questions import is_computed
from ratings.models import Answer, Evidence
from ratings.presenters.application_form import mean_of
from ratings.presenters.area_sections import LastYear
from ratings.scheme.spec import Area, Criterion, Question, SchemeSpec
from ratings.scheme.wording import bounds_words, rule_lines
from ratings.scoring.methods import Scored, score_criterion
from ratings.scoring.outliers import jump
from ratings.scoring.typed_figures import decimal
from records.numbers import plain
from records.outliers import Odd
from records.refusals import Incomplete
from reviews.sheets.photos import Photo
from reviews.sheets.scores import Entries, ScoreEntry, facts_of, is_scored, with_computed

AGREE, CHANGE = "agree", "change"


@dataclass
class ScoreLine:
    """One item: the unit's answer, the reviewer's value as typed, its error, and last year's answer."""

    question: Question
    answer: Answer | None
    typed: str
    error: str = ""
    last: LastYear | None = None

    @property
    def name(self) -> str:
        return f"v.{self.question.item}"

    @property
    def dom_id(self) -> str:
        return f"v-{self.question.item.replace('.', '-')}"

    @property
    def reported(self) -> str:
        return "" if self.answer is None or self.answer.value is None else plain(self.answer.value)

    @property
    def bounds(self) -> str:
        return bounds_words(self.question)

    @property
    def is_corrected(self) -> bool:
        """Whether the reviewer's value differs from the unit's."""
        return not same_text(self.typed, self.reported)

    @property
    def odd_report(self) -> Odd | None:
        """What is unusual about the unit's answer, compared with last year's."""
        return self._odd(self.answer.value) if self.answer else None

    @property
    def odd(self) -> Odd | None:
        """What is unusual about the reviewer's value."""
        return self._odd(decimal(self.typed.strip())) if self.is_corrected and not self.error else None

    def _odd(self, value: Decimal | None) -> Odd | None:
        return jump(self.question, value, self.last.value if self.last else None)


@dataclass(frozen=True)
class SavedScores:
    """The outcome for a criterion: saved, or not and why. ``unfinished``: nothing is wrong, something is still missing;
    ``taken``: there are other entries that the person had not seen (a conflict)."""

    problem: str = ""
    unfinished: bool = False
    taken: bool = False


@dataclass
class ScorePart:
    """One criterion of the page. ``how`` is "" until the reviewer has chosen whether to agree.

    ``version`` identifies the state of its entries (optimistic locking); "" while there are none.
    """

    criterion: Criterion
    lines: list[ScoreLine]
    how: str
    why: str
    mine: Scored | None
    units: Scored | None
    version: str = ""
    mean: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    absences: list[Said] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    penalty: bool = False
    kept: SavedScores | None = None
    error: str = ""
    edited: bool = False

    @property
    def dom_id(self) -> str:
        return self.criterion.code.replace(".", "-")

    @property
    def is_judged(self) -> bool:
        return self.criterion.method == "judged"

    @property
    def points(self) -> Decimal | None:
        """The reviewer's points; None while incomplete."""
        return None if self.mine is None else self.mine.points

    @property
    def is_computed(self) -> bool:
        """Whether nobody types its figure: it follows from the villages below the unit."""
        return is_computed(self.criterion)

    @property
    def can_agree(self) -> bool:
        return self.units is not None and not self.is_judged and not self.is_computed

    @property
    def asks_for_a_look(self) -> bool:
        """Whether something about what the unit says is noted here, so that it is not accepted along with the rest."""
        noted = self.absences or any(piece.elsewhere for piece in self.evidence)
        wanting = bool(self.criterion.evidence) and not self.evidence
        return bool(noted) or wanting or any(line.odd_report for line in self.lines)

    @property
    def is_of_the_rest(self) -> bool:
        """Whether its computed points may be accepted together with others'."""
        return self.can_agree and not self.how and not self.has_error and not self.asks_for_a_look

    @property
    def rule(self) -> list[str]:
        return rule_lines(self.criterion, penalty=self.penalty)

    @property
    def texts(self) -> dict[str, str]:
        """The content of each field, by the field's name; a tick is "1" or "0"."""
        code = self.criterion.code
        if self.is_computed:
            return {}
        how = {f"how.{code}": self.how} if self.can_agree else {}
        values = {line.name: line.typed or ("0" if line.question.kind == "tick" else "") for line in self.lines}
        return how | values | {f"why.{code}": self.why}

    @property
    def has_error(self) -> bool:
        return bool(self.error) or any(line.error for line in self.lines)


@dataclass(frozen=True)
class ScoreStep:
    """An area in the step bar: how many of its criteria are scored."""

    area: Area
    scored: int
    of: int

    @property
    def left(self) -> int:
        return self.of - self.scored


class ScoreSheetForm:
    """Some ``criteria`` that fit the unit, its answers (this year's and ``last`` year's) and the reviewer's entries."""

    def __init__(
        self,
        criteria: list[Criterion],
        answers: Mapping[str, Answer],
        entries: Entries,
        last: Mapping[str, LastYear] | None = None,
    ) -> None:
        self.answers, self.last = answers, last or {}
        self.reported = {item: a.value for item, a in answers.items() if a.value is not None}
        self.entries = with_computed(criteria, entries, self.reported)
        self.parts = [self._part(criterion) for criterion in criteria if criterion.questions]

    def _part(self, criterion: Criterion) -> ScorePart:
        done = is_scored(criterion, self.entries)
        reported = all(item in self.reported for item in criterion.needs)
        items = [question.item for question in criterion.questions]
        agrees = done and reported and all(self.entries[item].value == self.reported[item] for item in items)
        return ScorePart(
            criterion=criterion,
            lines=[self._line(question) for question in criterion.questions],
            how="" if not done else AGREE if agrees and criterion.method != "judged" else CHANGE,
            why=next((self.entries[i].reason for i in items if i in self.entries and self.entries[i].reason), ""),
            mine=score_criterion(criterion, facts_of(self.entries)) if done else None,
            units=score_criterion(criterion, self.reported) if reported else None,
            version=version({item: self.entries[item] for item in items if item in self.entries}),
            mean=mean_of(criterion, self.answers),
        )

    def _line(self, question: Question) -> ScoreLine:
        entry = self.entries.get(question.item)
        value = entry.value if entry else self.reported.get(question.item)
        shown = "" if value is None or (question.kind == "points" and not entry) else plain(value)
        return ScoreLine(question, self.answers.get(question.item), shown, last=self.last.get(question.item))

    @property
    def rest(self) -> int:
        """How many criteria may be accepted together."""
        return sum(part.is_of_the_rest for part in self.parts)

    def accepting(self, data: Mapping[str, str]) -> dict[str, str]:
        """``data``, accepting the computed points wherever the person has neither chosen nor changed anything."""
        rest = [part for part in self.parts if part.is_of_the_rest and not self._edited(part, data)]
        return {**{f"how.{part.criterion.code}": AGREE for part in rest}, **dict(data.items())}

    def read(self, data: Mapping[str, str]) -> dict[str, ScoreEntry]:
        """The entries in ``data``, by item; unreadable values are kept as typed, with their error."""
        given: dict[str, ScoreEntry] = {}
        for part in self.parts:
            entries = self.read_part(part, data)
            if part.edited and not entries and not part.has_error:
                part.error = missing(part)
            given |= entries
        return given

    def preview(self, data: Mapping[str, str]) -> dict[str, ScoreEntry]:
        """All entries as they would be if ``data`` were saved now; invalid ones count as not scored.

        The points shown beside each part follow.
        """
        entries = dict(self.entries) | self.read(data)
        for part in self.parts:
            if part.has_error:
                for line in part.lines:
                    entries.pop(line.question.item, None)
            done = is_scored(part.criterion, entries)
            part.mine = score_criterion(part.criterion, facts_of(entries)) if done else None
        return entries

    @property
    def has_errors(self) -> bool:
        return any(part.has_error for part in self.parts)

    def show(self, problems: Mapping[str, str]) -> None:
        """Show the workflow's errors (by item) beside their fields."""
        for part in self.parts:
            for line in part.lines:
                line.error = problems.get(line.question.item, line.error)

    def read_part(self, part: ScorePart, data: Mapping[str, str]) -> dict[str, ScoreEntry]:
        """The entries of one criterion. Editing a fact implies the choice to change it, whatever the radio button says.

        A form that sends ``seen:CODE`` (the ``version`` that it shows) is complete: an absent tick is removed, and what
        was changed elsewhere meanwhile is not overwritten.
        """
        if part.is_computed:
            return {}
        code, seen, was = part.criterion.code, data.get(f"seen:{part.criterion.code}"), part.how
        edited = self._edited(part, data)
        part.edited = bool(edited)
        if seen not in (None, part.version):
            if not edited:
                return {}
            part.error = taken(part)
        part.how, part.why = data.get(f"how.{code}", ""), data.get(f"why.{code}", "")
        if not part.can_agree and not edited and not part.version:
            return {}
        if part.can_agree and edited & {line.name for line in part.lines}:
            part.how = CHANGE
        if part.can_agree and part.how == AGREE:
            if was == CHANGE and f"why.{code}" not in edited:
                part.why = ""  # the reason of a correction that was undone
            values = {line.question.item: self.reported[line.question.item] for line in part.lines}
        elif part.can_agree and part.how != CHANGE:
            return {}
        else:
            values = {line.question.item: self._read_line(part.criterion, line, data) for line in part.lines}
        if part.error or any(value is None for value in values.values()):
            return {}
        return self._with_reasons(part, values)

    def _edited(self, part: ScorePart, data: Mapping[str, str]) -> set[str]:
        """The fields of ``part`` (by name) in which ``data`` differs from what the page showed."""
        code = part.criterion.code
        shown = (
            ScoreSheetForm([part.criterion], self.answers, {}).parts[0].texts
            if data.get(f"seen:{code}") == ""
            else part.texts
        )
        typed = {name: data[name] for name in shown if name in data}
        if f"seen:{code}" in data:
            typed |= {line.name: data.get(line.name, "0") for line in part.lines if line.question.kind == "tick"}
        return {name for name, text in typed.items() if not same_text(text, shown[name])}

    def _with_reasons(self, part: ScorePart, values: Mapping[str, Decimal]) -> dict[str, ScoreEntry]:
        """Each value with its reason; where none differs from the unit's, the first one carries the text."""
        reasons = {item: self._reason(part, item, value) for item, value in values.items()}
        if not any(reasons.values()):
            reasons[next(iter(values))] = part.why.strip()
        return {item: ScoreEntry(value, reasons[item]) for item, value in values.items()}

    def _read_line(self, criterion: Criterion, line: ScoreLine, data: Mapping[str, str]) -> Decimal | None:
        line.typed = data.get(line.name, "")
        if line.question.kind == "tick" and line.name not in data:
            line.typed = "0"
        try:
            return parsed_answer(criterion, line.question, line.typed)
        except Incomplete as wrong:
            line.error = str(wrong)
            return None

    def _reason(self, part: ScorePart, item: str, value: Decimal) -> str:
        """The reason for this value: of a criterion's facts, only those that differ from the unit's carry it."""
        return "" if self.reported.get(item) == value and not part.is_judged else part.why.strip()


def same_text(one: str, other: str) -> bool:
    """Whether two texts are equal, as figures or as words."""
    a, b = (text.strip() if decimal(text.strip()) is None else plain(decimal(text.strip())) for text in (one, other))
    return a == b


def missing(part: ScorePart) -> str:
    """What ``part`` still needs, where the input is incomplete."""
    if part.can_agree and not part.how:
        return _("Please say whether the reported figures are right.")
    return _("Something is still missing here.")


def taken(part: ScorePart) -> str:
    """The message that ``part`` has other entries than the person saw."""
    said = _(", ").join(filter(None, [*(line.typed for line in part.lines), part.why]))
    return _("On another device you have meanwhile put “%s” here.") % said


def version(entries: Entries) -> str:
    """Identifies the state of ``entries`` (by item); "" when there are none."""
    said = [f"{item}={plain(entry.value)} {entry.reason}" for item, entry in entries.items()]
    return sha256("\n".join(said).encode()).hexdigest()[:16] if said else ""


def steps(spec: SchemeSpec, criteria: list[Criterion], entries: Entries) -> list[ScoreStep]:
    """The areas with their progress, without those that have no criteria."""
    ladder = []
    for area in spec.areas:
        own = [criterion for criterion in criteria if criterion in area.criteria]
        if own:
            ladder.append(ScoreStep(area, sum(is_scored(criterion, entries) for criterion in own), len(own)))
    return ladder
