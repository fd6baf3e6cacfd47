"""Writing a scheme: begun from another one, changed part by part, taken back step by step, until it is issued.

Every change is kept as a ``SchemeRevision``, faults and all. The draft itself (``Scheme``) follows as soon as a change
leaves no error, so that whoever reads a scheme always reads a whole one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ratings.models import Scheme, SchemeRevision
from ratings.scheme import drafting
from ratings.scheme.drafting import Body, NoSuchPart
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.signals import draft_written
from ratings.workflow.scheme import LONGEST_NAME, import_scheme
from records import audit
from records.refusals import NotAllowed, Outdated, WrongState
from villages.models import Unit

Step = SchemeRevision.Step
MANAGE = "ratings.manage_scheme"
KEPT = 50
"""How many of its last states a draft keeps."""


class EditConflict(Outdated):
    """Somebody else has changed the part meanwhile. ``stands``: what it holds now, None if it is gone."""

    def __init__(self, message: str, stands: Body | None) -> None:
        super().__init__(message)
        self.stands = stands


@dataclass(frozen=True)
class Written:
    """Where the part stands now, and the body with it."""

    name: str
    body: Body


@dataclass(frozen=True)
class ShownRevision:
    """The change taken back or made again, and the number of the revision that is shown then."""

    change: SchemeRevision
    to: int


States = dict[int, SchemeRevision]


def written(scheme: Scheme) -> tuple[Body, int]:
    """What editors of a draft see, and the number of that state (0: nothing was changed here yet)."""
    last = scheme.revisions.first()
    return (last.body, last.number) if last else (scheme.body, 0)


def begin(body: Body, *, unit: Unit, year: int, by: Any) -> Scheme:
    """A new draft of ``unit`` for ``year`` that says what ``body`` says. Raises what ``import_scheme`` raises."""
    return import_scheme(drafting.begun_from(body, unit=unit.code, year=year), by=by)


@transaction.atomic
def save_part(scheme: Scheme, name: str, value: Body, *, seen: str, by: Any) -> Written:
    """Put ``value`` in the part whose content had the digest ``seen`` when its editor opened it.

    Raises ``EditConflict`` if it is another by now, ``WrongState`` if the scheme is issued, ``NotAllowed``.
    """
    scheme, body = _locked(scheme, by)
    try:
        at = drafting.find(body, name, seen)
    except NoSuchPart:
        stands = _stands_now(body, name, _code_seen(scheme, name, seen) or value.get("code"))
        if stands is not None and drafting.digest(stands) == drafting.digest(value):
            return Written(name, body)
        message = _("Somebody else has changed this part meanwhile. Nothing was saved over it.")
        raise EditConflict(message, stands) from None
    if drafting.digest(drafting.part(body, at)) == drafting.digest(value):
        return Written(at, body)
    body = drafting.with_part(body, at, value)
    _keep(scheme, body, Step.EDIT, drafting.title(body, at) or at, by)
    return Written(at, body)


@transaction.atomic
def restructure(
    scheme: Scheme,
    change: Callable[[Body], tuple[Body, str]],
    *,
    step: str,
    about: str,
    pressed: str,
    by: Any,
) -> Written:
    """Add, move or remove: ``change`` gives the new body and the part that it is about.

    ``pressed`` names the button and the state in which it was seen: pressed twice it acts once.
    Raises ``EditConflict`` if the part is not there any more.
    """
    scheme, body = _locked(scheme, by)
    last = scheme.revisions.first()
    if last and last.pressed == pressed and last.by_id == by.pk:
        return Written("", body)
    try:
        body, name = change(body)
    except NoSuchPart:
        message = _("Somebody else has changed this part meanwhile. Nothing was done. Please look again.")
        raise EditConflict(message, None) from None
    _keep(scheme, body, step, about, by, pressed=pressed)
    return Written(name, body)


@transaction.atomic
def undo(scheme: Scheme, *, seen: int, by: Any) -> None:
    """Take the last change back; ``seen`` is the state that was on the page. Undone again, the one before it."""
    _go(scheme, Step.UNDO, undoable, seen, by)


@transaction.atomic
def redo(scheme: Scheme, *, seen: int, by: Any) -> None:
    """Make again the change that was taken back last. After a newer change there is nothing to redo."""
    _go(scheme, Step.REDO, redoable, seen, by)


def undoable(states: States) -> ShownRevision | None:
    """The change that ``undo`` would take back."""
    before = states.get(shown - 1) if (shown := _shown(states)) in states else None
    return ShownRevision(states[shown], before.stands_for) if before else None


def redoable(states: States) -> ShownRevision | None:
    """The change that ``redo`` would make again."""
    taken_back: list[int] = []
    for number in sorted(states):
        match states[number].step:
            case Step.UNDO:
                taken_back += [states[number - 1].stands_for] if number - 1 in states else []
            case Step.REDO:
                del taken_back[-1:]
            case _:
                taken_back = []
    to = taken_back[-1] if taken_back else 0
    return ShownRevision(states[to], to) if to in states else None


def states_of(scheme: Scheme) -> States:
    """The kept states of a draft by number, without their bodies."""
    return {one.number: one for one in scheme.revisions.defer("body").select_related("by")}


def _shown(states: States) -> int:
    """The revision whose body is shown now."""
    return states[max(states)].stands_for if states else 0


def _go(scheme: Scheme, step: str, turn_of: Callable[[States], ShownRevision | None], seen: int, by: Any) -> None:
    scheme, _body = _locked(scheme, by)
    states = states_of(scheme)
    last = max(states, default=0)
    if last and last == seen + 1 and states[last].step == step and states[last].by_id == by.pk:
        return  # pressed twice
    if last != seen:
        raise Outdated(_("Something has changed since this page was opened. Nothing was done. Please look again."))
    turn = turn_of(states)
    if turn is None:
        raise WrongState(_("There is nothing to take back.") if step == Step.UNDO else _("There is nothing to redo."))
    _keep(scheme, states[turn.to].body, step, turn.change.about, by, shows=turn.to)


def require_writer(by: Any, scheme: Scheme) -> None:
    """Raise ``NotAllowed`` unless ``by`` writes the schemes of its place."""
    if not by.has_perm(MANAGE, scheme.unit):
        raise NotAllowed


def _locked(scheme: Scheme, by: Any) -> tuple[Scheme, Body]:
    require_writer(by, scheme)
    scheme = Scheme.with_programmes.select_for_update(of=("self",)).get(pk=scheme.pk)
    if scheme.state != Scheme.State.DRAFT:
        raise WrongState(issued_already())
    return scheme, written(scheme)[0]


def issued_already() -> str:
    """Why nothing is written in it any more."""
    return _("This scheme is issued already.")


def part_stands(body: Body, name: str) -> Body | None:
    """What the part holds, None if there is none of this name."""
    try:
        return drafting.part(body, name)
    except NoSuchPart:
        return None


def _code_seen(scheme: Scheme, name: str, seen: str) -> Any:
    """The code of the area or criterion with the digest ``seen``; None where that state is kept no more (``KEPT``)."""
    for revision in scheme.revisions.all():
        try:
            return drafting.part(revision.body, drafting.find(revision.body, name, seen)).get("code")
        except NoSuchPart:
            continue
    return None


def _stands_now(body: Body, name: str, code: Any) -> Body | None:
    """What the part holds by now, None if it is gone.

    An area or criterion is known by its ``code``, so that nobody is offered to write over another one in its place.
    """
    if name == "head" or name in drafting.LISTS:
        return part_stands(body, name)
    alike = [at.name for at in drafting.places(body) if bool(at.criterion) == ("c" in name)]
    same = [at for at in alike if drafting.part(body, at).get("code") == code]
    return drafting.part(body, name if name in same else same[0]) if same else None


def _keep(
    scheme: Scheme, body: Body, step: str, about: str, by: Any, *, pressed: str = "", shows: int | None = None
) -> None:
    number = written(scheme)[1]
    if not number:
        number = 1
        scheme.revisions.create(number=number, body=scheme.body, step=Step.START, by=by)
    scheme.revisions.create(
        number=number + 1, body=body, step=step, about=about[:200], pressed=pressed[:200], shows=shows, by=by
    )
    scheme.revisions.filter(number__lte=number + 1 - KEPT).delete()
    try:
        spec = check_scheme(body).spec
    except SchemeRefused:
        return
    before, scheme.body, scheme.name = scheme.body, body, spec.name[:LONGEST_NAME]
    with audit.acting(by, "write_scheme"):
        scheme.save(update_fields=["body", "name"])
    draft_written.send(sender=Scheme, scheme=scheme, before=before, by=by)
