"""Scoring criterion by criterion: on the spot as it is typed, perhaps sent long after, and in a grid of many sheets."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.application.questions import is_computed
from ratings.models import Answer
from ratings.workflow.filling_rights import criteria_of
from records.refusals import Incomplete
from reviews.models import Sheet
from reviews.sheets.entries import entries_of
from reviews.sheets.score_sheet_form import SavedScores, ScorePart, ScoreSheetForm, missing, same_text, taken
from reviews.sheets.scores import ScoreEntry, problems
from reviews.workflow.sheets import hold_many, save_many


@dataclass(frozen=True)
class TypedField:
    """The content of one field (named as in ``score_sheet_form``).

    ``seen``: the version of the criterion that the person saw (None: any). ``sent``: what this device has sent for the
    field without a response; if that is the current value, nobody else has changed it.
    """

    text: str
    seen: str | None = None
    sent: tuple[str, ...] = ()


Fields = Mapping[str, TypedField]


def by_criterion(sheet: Sheet, fields: Fields) -> dict[str, Fields]:
    """``fields`` (by name) by the criterion that they belong to. Raises ``Incomplete`` for a field of no criterion."""
    criteria = [criterion for criterion in criteria_of(sheet.application) if not is_computed(criterion)]
    owner = {f"{kind}.{c.code}": c.code for c in criteria for kind in ("how", "why")}
    owner |= {f"v.{question.item}": c.code for c in criteria for question in c.questions}
    unknown = _("The scheme has no such question.")
    if wrong := {name: unknown for name in fields if name not in owner}:
        raise Incomplete(unknown, wrong)
    by_code: dict[str, dict[str, TypedField]] = defaultdict(dict)
    for name, typed in fields.items():
        by_code[owner[name]][name] = typed
    return dict(by_code)


@transaction.atomic
def keep(sheet: Sheet, typed: Mapping[str, Fields], *, by: User) -> dict[str, SavedScores]:
    """Save what is complete and valid in ``typed`` (criterion's code → field's name → content).

    Each criterion is independent, and fields that are not named stay as they are. What was changed since it was seen is
    not overwritten (optimistic locking); sending again changes nothing. Untouched criteria are not in the result.
    Raises ``NotAllowed``, ``WrongState`` (as ``sheets.hold_many``); then nothing is saved.
    """
    return keep_many({sheet.pk: typed}, by=by)[sheet.pk]


@transaction.atomic
def keep_many(typed: Mapping[int, Mapping[str, Fields]], *, by: User) -> dict[int, dict[str, SavedScores]]:
    """``keep`` for many sheets (by id) of one reviewer."""
    held = hold_many(typed, by=by)
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(application__in={sheet.application_id for sheet in held}):
        answers[answer.application_id][answer.item] = answer
    entries = entries_of(typed)
    saved: dict[int, dict[str, SavedScores]] = {}
    good: dict[int, dict[str, ScoreEntry]] = {}
    for sheet in held:
        criteria = [c for c in criteria_of(sheet.application) if c.code in typed[sheet.pk]]
        form = ScoreSheetForm(criteria, answers[sheet.application_id], entries[sheet.pk])
        saved[sheet.pk], given = _sort_out(form, typed[sheet.pk])
        good |= {sheet.pk: given} if given else {}
    if good:
        save_many(good, by=by)
    return saved


def _sort_out(
    form: ScoreSheetForm, typed: Mapping[str, Fields]
) -> tuple[dict[str, SavedScores], dict[str, ScoreEntry]]:
    """The outcome of each criterion, and the entries (by item) of those that are complete and valid."""
    saved: dict[str, SavedScores] = {}
    good: dict[str, ScoreEntry] = {}
    for part in form.parts:
        fields, stands = typed[part.criterion.code], part.texts
        if all(same_text(of.text, stands.get(name, of.text)) for name, of in fields.items()):
            if part.version:
                saved[part.criterion.code] = SavedScores()
        elif not all(_has_seen(of, stands.get(name, ""), part) for name, of in fields.items()):
            saved[part.criterion.code] = SavedScores(taken(part), taken=True)
        else:
            given = form.read_part(part, stands | {name: of.text for name, of in fields.items()})
            saved[part.criterion.code] = judged = _judge(part, given, form)
            good |= {} if judged.problem else given
    return saved, good


def _judge(part: ScorePart, given: Mapping[str, ScoreEntry], form: ScoreSheetForm) -> SavedScores:
    if part.has_error:
        return SavedScores(" ".join(filter(None, [part.error, *(line.error for line in part.lines)])))
    if not given:
        return SavedScores(missing(part), unfinished=True)
    wrong = problems([part.criterion], given, form.reported)
    return (
        SavedScores(" ".join(dict.fromkeys(wrong.values())), unfinished=not part.why.strip())
        if wrong
        else SavedScores()
    )


def _has_seen(of: TypedField, stands: str, part: ScorePart) -> bool:
    return of.seen in (None, part.version) or any(same_text(stands, text) for text in (of.text, *of.sent))
