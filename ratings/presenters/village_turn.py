"""Whose turn it is while a village has its form: to fill in, to correct, or to sign (practice §3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import NamedTuple

from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.prepared import asked
from accounts.together import once
from ratings.models import Absence, Answer, Application, Evidence, Return
from ratings.presenters.corrections import unmended
from ratings.workflow.answers import by_item, typed_answers
from ratings.workflow.completeness import Answers, Piece, lacking, pieces

State = Application.State


@dataclass(frozen=True)
class VillageTurn:
    """``lacking``: the number of things that keep the form from being sent. ``question``: the open return with its
    criteria. ``unmended``: the returned criteria (codes, in the order of the form) in which nothing has been changed
    since; empty while nothing is returned."""

    lacking: int
    question: Return | None = None
    unmended: Sequence[str] = ()

    @property
    def to_sign(self) -> bool:
        """Nothing is left for the filler: it is the signer's turn."""
        return not self.lacking and not self.unmended


class _Given(NamedTuple):
    """By application, what its form has: ``answers``, and pieces ``attached``."""

    answers: Answers
    attached: Mapping[int, set[Piece]]


def turn_for(user: User, application: Application) -> VillageTurn:
    """The turn for a draft or a returned application (with unit, cycle and scheme) of a unit for which ``user`` fills
    in; worked out once for the to-do and the panel of a home page."""
    return once(user, (turn_for, application.pk), partial(_turn, user, application))


def _turn(user: User, application: Application) -> VillageTurn:
    given = once(user, _given, partial(_given, user))
    lack = lacking(application, given.answers.get(application.pk, {}), given.attached.get(application.pk, ()))
    question = _open_return(application) if application.state == State.RETURNED else None
    return VillageTurn(lack, question, unmended(application, question)) if question else VillageTurn(lack)


def _open_return(application: Application) -> Return | None:
    waiting = application.returns.filter(answered_at=None)
    return waiting.select_related("by").prefetch_related("criteria").first()


def _given(user: User) -> _Given:
    attached: dict[int, set[Piece]] = defaultdict(set)
    for pk, *piece in chain(asked(_files, user), asked(_absences, user)):
        attached[pk].add(tuple(piece))
    return _Given(by_item(asked(_answers, user)), attached)


def _answers(user: User) -> QuerySet:
    return typed_answers(_with_village(user, Answer))


def _files(user: User) -> QuerySet:
    return pieces(_with_village(user, Evidence))


def _absences(user: User) -> QuerySet:
    return pieces(_with_village(user, Absence))


def _with_village(user: User, kind: type[Model]) -> QuerySet:
    """Of all forms that the user's villages have in hand."""
    here = kind.objects.filter(application__unit__in=user.reach("ratings.fill"))
    return here.filter(application__state__in=State.WITH_VILLAGE).order_by()
