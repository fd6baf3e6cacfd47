"""Scoring on the spot: criteria kept one by one as they are typed, perhaps long after, on a phone without a line."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Answer
from ratings.scheme.facts import decimal
from ratings.wording import plain
from records.refusals import Incomplete
from reviews.models import Sheet
from reviews.scores import Entry, problems
from reviews.sheet_form import Part, SheetForm
from reviews.workflow.sheets import entries_of, hold, save


@dataclass(frozen=True)
class Typed:
    """What stands in one field (named as in ``sheet_form``).

    ``seen``: the version of the criterion that the person saw (None: any). ``sent``: what this device has sent for the
    field without hearing back; when that is what stands, nobody else has changed it.
    """

    text: str
    seen: str | None = None
    sent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What became of a criterion: kept, or not and why. ``unfinished``: nothing is wrong, something is still to come;
    ``taken``: other entries stand that the person had not seen."""

    problem: str = ""
    unfinished: bool = False
    taken: bool = False


Fields = Mapping[str, Typed]


def by_criterion(sheet: Sheet, fields: Fields) -> dict[str, Fields]:
    """``fields`` (by name) by the criterion that they belong to. Raises ``Incomplete`` for a field of no criterion."""
    criteria = sheet.application.cycle.scheme.spec.fitting(sheet.application.tags)
    owner = {f"{kind}.{c.code}": c.code for c in criteria for kind in ("how", "why")}
    owner |= {f"v.{question.item}": c.code for c in criteria for question in c.questions}
    unknown = _("The scheme has no such question.")
    if wrong := {name: unknown for name in fields if name not in owner}:
        raise Incomplete(unknown, wrong)
    found: dict[str, dict[str, Typed]] = defaultdict(dict)
    for name, typed in fields.items():
        found[owner[name]][name] = typed
    return dict(found)


@transaction.atomic
def keep(sheet: Sheet, typed: Mapping[str, Fields], *, by: User) -> dict[str, Kept]:
    """Keep what is whole and right of ``typed`` (criterion's code → field's name → what stands there).

    Each criterion stands for itself, and fields that are not named stay as they are. What was changed since it was
    seen is not overwritten; what is sent a second time changes nothing. Criteria that nobody touched are not in the
    answer. Raises ``NotAllowed``, ``WrongState`` (as ``sheets.hold``); then nothing is kept.
    """
    sheet = hold(sheet, by=by)
    criteria = sheet.application.cycle.scheme.spec.fitting(sheet.application.tags)
    answers = {answer.item: answer for answer in Answer.objects.filter(application=sheet.application_id)}
    form = SheetForm([c for c in criteria if c.code in typed], answers, entries_of([sheet.pk])[sheet.pk])
    kept: dict[str, Kept] = {}
    good: dict[str, Entry] = {}
    for part in form.parts:
        fields, stands = typed[part.criterion.code], part.texts
        if all(_same(of.text, stands.get(name, of.text)) for name, of in fields.items()):
            if part.version:
                kept[part.criterion.code] = Kept()
        elif not all(_has_seen(of, stands.get(name, ""), part) for name, of in fields.items()):
            kept[part.criterion.code] = Kept(_taken(part), taken=True)
        else:
            given = form.read_part(part, stands | {name: of.text for name, of in fields.items()})
            kept[part.criterion.code] = found = _judge(part, given, form)
            good |= {} if found.problem else given
    if good:
        save(sheet, good, by=by)
    return kept


def _judge(part: Part, given: Mapping[str, Entry], form: SheetForm) -> Kept:
    if part.has_error:
        return Kept(" ".join(line.error for line in part.lines if line.error))
    if not given:
        if part.can_agree and not part.how:
            return Kept(_("Please say whether the village's figures are right."), unfinished=True)
        return Kept(_("Something is still missing here."), unfinished=True)
    wrong = problems([part.criterion], given, form.reported)
    return Kept(" ".join(dict.fromkeys(wrong.values())), unfinished=not part.why.strip()) if wrong else Kept()


def _has_seen(of: Typed, stands: str, part: Part) -> bool:
    return of.seen in (None, part.version) or any(_same(stands, text) for text in (of.text, *of.sent))


def _taken(part: Part) -> str:
    said = _(", ").join(filter(None, [*(line.typed for line in part.lines), part.why]))
    return _("On another device you have meanwhile put “%s” here.") % said


def _same(one: str, other: str) -> bool:
    """Whether two texts write the same, as figures or as words."""
    a, b = (text.strip() if decimal(text.strip()) is None else plain(decimal(text.strip())) for text in (one, other))
    return a == b
