"""Whose turn it is while a village has its form: to fill in, to correct, or to sign (practice §3)."""

from dataclasses import dataclass

from accounts.models import User
from accounts.together import once
from ratings.models import Application
from ratings.presenters.corrections import unmended
from ratings.workflow.completeness import lacking
from ratings.workflow.filling_rights import open_return

State = Application.State


@dataclass(frozen=True)
class Turn:
    """``lacking``: the number of things that keep the form from being sent. ``unmended``: returned criteria (codes, in
    the order of the form) in which nothing has been changed since; empty while nothing is returned."""

    lacking: int
    unmended: list[str]

    @property
    def to_sign(self) -> bool:
        """Nothing is left for the filler: it is the signer's turn."""
        return not self.lacking and not self.unmended


def turn_of(application: Application) -> Turn:
    """The turn for a draft or a returned application (with unit, cycle and scheme)."""
    question = open_return(application) if application.state == State.RETURNED else None
    return Turn(lacking(application), unmended(application, question) if question else [])


def turn_for(user: User, application: Application) -> Turn:
    """The same, worked out once for the to-do and the panel of a home page."""
    return once(user, (turn_of, application.pk), lambda: turn_of(application))
