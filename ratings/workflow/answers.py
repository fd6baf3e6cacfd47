"""Filling in: the village's answers and departments' figures, saved as typed (practice §3, architecture §6)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings import notices
from ratings.allowance import allowed_star
from ratings.application import questions
from ratings.application.answer_parsing import LONGEST, parsed_answer
from ratings.models import Answer, Application, Points, Stage
from ratings.scheme.spec import Criterion, Question
from ratings.workflow.actions import require_all
from ratings.workflow.filling_rights import ON_BEHALF, OWN, criteria_of, filling_verb, locked_row, require_fillable
from ratings.workflow.window import require_applying
from records import audit
from records.refusals import Incomplete, WrongState


@dataclass(frozen=True)
class AnswerEntry:
    """What a person typed for one item.

    ``seen``: the version of the answer that the person saw (None: any). ``sent``: what this device has sent for it
    without a response; if that is the stored value, nobody else has changed it. ``sure``: the person confirmed an
    outlier.
    """

    item: str
    typed: str
    reason: str = ""
    seen: str | None = None
    sent: tuple[str, ...] = ()
    sure: bool = False


@dataclass(frozen=True)
class SavedAnswers:
    """The outcome of an entry. ``answer`` is what is stored now; ``problem`` says why the entry is invalid.

    ``refused``: the entry was not saved at all; ``taken``: because of another answer that the person had not seen.
    """

    entry: AnswerEntry
    answer: Answer | None
    problem: str = ""
    refused: bool = False
    taken: bool = False


def version(answer: Answer | None) -> str:
    """Identifies the state of an answer (optimistic locking)."""
    return f"{answer.saved_at.isoformat()}/{answer.by_id}" if answer and answer.saved_at else ""


@transaction.atomic
def save_answers(application: Application, entries: Iterable[AnswerEntry], *, by: User) -> dict[str, SavedAnswers]:
    """Save what ``by`` typed into the form, item by item; an invalid figure is saved as typed, without a value.

    An answer that was changed since it was seen, by another person or on another device, is not overwritten (optimistic
    locking); sending the same again changes nothing. Raises ``NotAllowed``, ``WrongState`` (not in the filler's hands,
    window closed, a locked item); then nothing is saved.
    """
    application = locked_row(application)
    asked = questions.on_form(filter(questions.by_village, criteria_of(application)))
    entries = list(entries)
    if any(entry.item not in asked for entry in entries):
        raise WrongState(_("This question is locked: others answer it."))
    require_fillable(application, by, {asked[entry.item][0].code for entry in entries})
    there = {a.item: a for a in application.answers.filter(item__in=[entry.item for entry in entries])}
    saved = {entry.item: _keep(application, entry, there.get(entry.item), *asked[entry.item], by) for entry in entries}
    kept = [one.answer for one in saved.values() if one.answer]
    write([answer for answer in kept if answer.saved_at is None], by, OWN)
    note_filler(application, by)
    return saved


def _keep(
    application: Application,
    entry: AnswerEntry,
    there: Answer | None,
    criterion: Criterion,
    question: Question,
    by: User,
) -> SavedAnswers:
    value, problem = None, ""
    try:
        value = parsed_answer(criterion, question, entry.typed)
    except Incomplete as wrong:
        problem = str(wrong)
    if len(entry.typed) > LONGEST:
        return SavedAnswers(entry, there, problem, refused=True)
    same = there if there and (there.typed, there.reason) == (entry.typed, entry.reason) else None
    if there and not same and not _has_seen(entry, there, by):
        return SavedAnswers(entry, there, _taken(there, by), refused=True, taken=True)
    sure = entry.sure or bool(same and same.sure)
    if (same and sure == same.sure) or (there is None and not entry.typed and not entry.reason):
        return SavedAnswers(entry, there, problem)
    fresh = Answer(
        application=application,
        item=entry.item,
        typed=entry.typed,
        value=value,
        reason=entry.reason,
        sure=sure and value is not None,
        by=by,
    )
    return SavedAnswers(entry, fresh, problem)


def _has_seen(entry: AnswerEntry, there: Answer, by: User) -> bool:
    mine = there.by_id == by.pk and there.typed in entry.sent
    return mine or entry.seen in (None, version(there))


def _taken(there: Answer, by: User) -> str:
    if there.by_id == by.pk:
        return _("On another device you have meanwhile put “%s” here.") % there.typed
    return _("%(person)s has meanwhile put “%(typed)s” here.") % {
        "person": there.by or _("Somebody"),
        "typed": there.typed,
    }


def write(answers: list[Answer], by: User | None, verb: str) -> None:
    """``upsert`` on behalf of ``by``."""
    with audit.acting(by, verb):
        upsert(answers)


def upsert(answers: list[Answer]) -> None:
    """Insert or update answers (one per application and item), one statement for every few thousand."""
    Answer.objects.bulk_create(
        answers,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["application", "item"],
        update_fields=["typed", "value", "reason", "source", "sure", "by", "saved_at"],
    )


def note_filler(application: Application, by: User) -> None:
    """People who fill in never review (practice §3); filling in on a village's behalf stays marked, whoever
    continues."""
    on_behalf = filling_verb(application, by) == ON_BEHALF
    if application.filled_by_id == by.pk or (application.on_behalf and not on_behalf):
        return
    with audit.acting(by, OWN):
        Application.objects.filter(pk=application.pk).update(filled_by=by, on_behalf=on_behalf)
    if on_behalf and not application.on_behalf:
        notices.tell_village([application], "application_filled_on_behalf")


@transaction.atomic
def fill_many(
    filled: Iterable[tuple[Application, Any, Mapping[str, tuple[str, str]]]], *, at: datetime | None = None
) -> None:
    """``save_answers`` for many drafts at once: (application, person or None, {item: (typed, reason)}).

    Raises ``NotAllowed`` or ``WrongState`` with nothing saved; invalid figures are saved as typed.
    """
    filled = list(filled)
    require_all(OWN, [(by, application) for application, by, _typed in filled])
    for cycle in {application.cycle for application, _by, _typed in filled}:
        require_applying(cycle, {a.unit_id for a, _by, _typed in filled if a.cycle_id == cycle.pk}, at)
    answers = []
    for application, by, typed in filled:
        asked = questions.on_form(filter(questions.by_village, criteria_of(application)))
        for item, (text, reason) in typed.items():
            if item not in asked:
                raise WrongState(_("This question is locked: others answer it."))
            answers.append(_answer(application, item, text, reason, *asked[item], by))
    write(answers, None, OWN)
    people = {application.pk: by for application, by, _typed in filled if by is not None}
    for application, by, _typed in filled:
        application.filled_by = by
    Application.objects.bulk_update((a for a, _by, _t in filled if a.pk in people), ["filled_by"], batch_size=500)


def _answer(
    application: Application, item: str, typed: str, reason: str, criterion: Criterion, question: Question, by: User
) -> Answer:
    value = _value(criterion, question, typed)
    return Answer(application=application, item=item, typed=typed[:LONGEST], value=value, reason=reason, by=by)


def _value(criterion: Criterion, question: Question, typed: str) -> Decimal | None:
    try:
        return parsed_answer(criterion, question, typed)
    except Incomplete:
        return None


def reread(applications: Iterable[Application]) -> None:
    """Parse the answers again, for the variants that fit the applications' tags now.

    Another variant may accept what was invalid, or reject what was valid. Items no longer asked stay as they are, and
    so do the answers of an application that no single variant fits.
    """
    asked, changed = {}, []
    for application in applications:
        with suppress(WrongState):
            asked[application.pk] = questions.on_form(criteria_of(application))
    for answer in Answer.objects.filter(application__in=asked):
        if answer.item in asked[answer.application_id]:
            value = _value(*asked[answer.application_id][answer.item], answer.typed)
            if value != answer.value:
                answer.value = value
                changed.append(answer)
    Answer.objects.bulk_update(changed, ["value"], batch_size=2000)


class TypedAnswer(NamedTuple):
    """The part of an answer that scoring needs."""

    typed: str
    value: Decimal | None
    reason: str


def given_of(applications: Iterable[Application]) -> dict[int, dict[str, TypedAnswer]]:
    """The answers of each application by item, in one query."""
    answers: dict[int, dict[str, TypedAnswer]] = {application.pk: {} for application in applications}
    return answers | by_item(typed_answers(Answer.objects.filter(application__in=answers)))


def typed_answers(answers: QuerySet[Answer]) -> QuerySet[Answer, tuple[Any, ...]]:
    """The application, the item, and the ``TypedAnswer`` of each."""
    return answers.values_list("application_id", "item", "typed", "value", "reason")


def by_item(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[str, TypedAnswer]]:
    """Of rows of ``typed_answers``, by application."""
    answers: dict[int, dict[str, TypedAnswer]] = defaultdict(dict)
    for pk, item, *given in rows:
        answers[pk][item] = TypedAnswer(*given)
    return dict(answers)


def keep_self_points(
    applications: Iterable[Application], answers: Mapping[int, Mapping[str, TypedAnswer]] | None = None
) -> None:
    """Store the points from each application's own answers, criterion by criterion (stage ``self``)."""
    applications = list(applications)
    answers = given_of(applications) if answers is None else answers
    Points.objects.filter(application__in=answers, stage=Stage.SELF).delete()
    Points.objects.bulk_create(
        (
            Points(application=a, stage=Stage.SELF, criterion=code, points=s.points, figure=s.figure)
            for a in applications
            for code, s in questions.scored(criteria_of(a), answers[a.pk]).items()
        ),
        batch_size=5000,
    )


def add_up(applications: Iterable[Application]) -> None:
    """``keep_self_points``, with the total and the star that they would give today."""
    applications = list(applications)
    if applications:
        keep_self_points(applications)
        chosen = Application.objects.filter(pk__in=[one.pk for one in applications])
        allowed_star.store(chosen, Stage.SELF, timezone.localdate())
