"""Opinion and filing (征求意见并备案): no policy or fund takes effect without them (practice §1).

``expected``: the ``standing`` of the source on the page where the step was confirmed; every step raises ``Outdated``
when it has changed since.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from followups import time_limits
from followups import workflow as followups
from followups.offices import leading_office
from followups.workflow import Opening
from incentives.models import ProjectFund, Source
from incentives.opinions import FOLLOW_UP, subject_of
from incentives.planned import above_budget
from incentives.prospects import Prospect
from incentives.source_state import planned_of, prospects_of, standing
from incentives.workflow.step import step
from incentives.workflow.telling import tell_holders, tell_people
from incentives.workflow.terms import require_one_way_to_share
from records.previews import require_unchanged
from records.refusals import Incomplete


def seek_opinion(
    source: Source, *, by: User, answer: str = "", expected: Any = None, at: datetime | None = None
) -> None:
    """Submit the draft to the leading-group office, which has some working days for its opinion; from now on the terms
    are frozen. ``answer``: what to say to the opinion with which the office returned it.

    Raises ``Incomplete`` when a unit falls in no band (listed in ``problems``), or a fund is shared out in two ways.
    """
    with step("seek_opinion", source, by=by):
        check_complete(source, expected)
        if isinstance(source, ProjectFund):
            require_one_way_to_share(source)
        source.state, source.answer = Source.State.OPINION_SOUGHT, answer
        source.sought_by, source.sought_at = by, at or timezone.now()
        source.opinion_by = source.opinion_at = None
        source.save()
        _ask_office(source, by=by)


def give_opinion(
    source: Source,
    *,
    agreed: bool,
    by: User,
    number: str = "",
    opinion: str = "",
    expected: Any = None,
    at: datetime | None = None,
) -> None:
    """Agree and file under ``number``, or return it to those who wrote it with an ``opinion``."""
    with step("give_opinion", source, by=by, reason=opinion):
        _require_as_shown(source, expected)
        if by.pk == source.sought_by_id:
            raise Incomplete(_("The person who asked for an opinion cannot give it."))
        if agreed and not number:
            raise Incomplete(_("A filing number is required."), {"number": _("A filing number is required.")})
        if not agreed and not opinion:
            raise Incomplete(
                _("Please say what should be changed."), {"opinion": _("Please say what should be changed.")}
            )
        if agreed and type(source).objects.filter(unit=source.unit_id, filing_number=number).exists():
            raise Incomplete(_("This number is taken."), {"number": _("This number is taken.")})
        source.state = Source.State.FILED if agreed else Source.State.DRAFT
        source.filing_number = number if agreed else ""
        source.opinion, source.opinion_by, source.opinion_at = opinion, by, at or timezone.now()
        source.save()
        asked_by = [source.sought_by_id] if source.sought_by_id else []
        tell_people(asked_by, source, "source_filed" if agreed else "source_returned")
        followups.finish(FOLLOW_UP, [subject_of(source)], by=by)


def take_back(source: Source, *, by: User, reason: str, expected: Any = None) -> None:
    """Reopen a filed one for changes; the filing becomes void and the opinion has to be sought again."""
    with step("take_back", source, by=by, reason=reason):
        _require_as_shown(source, expected)
        if not reason:
            raise Incomplete(_("Please write a reason."), {"reason": _("Please write a reason.")})
        source.state, source.filing_number = Source.State.DRAFT, ""
        source.save()
        tell_holders("incentives.give_opinion", source, "source_taken_back")


def make_effective(source: Source, *, by: User, expected: Any = None, at: datetime | None = None) -> None:
    """Put it into effect. Raises ``Incomplete`` when a unit falls in no band: it is listed, never silently 0
    (formats §4)."""
    with step("make_effective", source, by=by):
        check_complete(source, expected)
        source.state = Source.State.EFFECTIVE
        source.effective_by, source.effective_at = by, at or timezone.now()
        source.save()
        tell_holders("incentives.give_opinion", source, "source_effective")
        if source.written_by:
            tell_holders(source.MANAGE, source, "source_to_commit")


def _ask_office(source: Source, *, by: User) -> None:
    """Make the opinion a duty of the county's office; only an opinion ends it."""
    followups.open_followup(
        Opening(
            FOLLOW_UP,
            subject_of(source),
            source.unit,
            leading_office(source.unit_id),
            time_limits.due(FOLLOW_UP, source.unit_id, timezone.localdate(source.sought_at)),
            source.get_absolute_url(),
            {"name": source.name},
        ),
        by=by,
    )


def _require_as_shown(source: Source, expected: Any, would_be: list[Prospect] | None = None) -> None:
    if expected is not None:
        require_unchanged(expected, standing(source, would_be))


def check_complete(source: Source, expected: Any = None) -> list[Prospect]:
    """Check what each unit would get. Raises ``Incomplete`` when it cannot be determined for every one, ``Outdated``
    when it differs from what the page showed (``expected``: its ``standing``)."""
    would_be, unmet = prospects_of(source)
    _require_as_shown(source, expected, would_be)
    if unmet:
        raise Incomplete(unmet)
    if problems := {p.unit.code: f"{p.unit.name}: {p.problem}" for p in would_be if p.problem}:
        raise Incomplete(_("For %(count)s units no amount can be said yet.") % {"count": len(problems)}, problems)
    if isinstance(source, ProjectFund) and (problem := above_budget(source.budget, dict(planned_of(source)))):
        raise Incomplete(problem)
    return would_be
