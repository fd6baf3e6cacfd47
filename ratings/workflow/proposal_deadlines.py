"""Proposals of events are due: each open one is a follow-up of the authority for the star (practice §4)."""

from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.models import User
from accounts.role_holders import responsible, unit_and_offices
from accounts.roles import Role
from followups import time_limits
from followups import workflow as followups
from followups.models import FollowUp
from followups.offices import Office
from followups.workflow import Opening
from notifications.workflow import announce
from ratings.events.applicable_scheme import event_names
from ratings.events.proposals import FOLLOW_UP, TOWNSHIP, with_authority
from ratings.models import Proposal
from ratings.notices import OFFICES_CONCERNED
from ratings.workflow.rectification import INSPECTORS
from villages.models import Unit, county_of, township_of


def follow() -> None:
    """Give every open proposal its follow-up; when it is late, the level above may settle it, too. Idempotent; nothing
    of a held event."""
    there = FollowUp.objects.waiting().filter(kind=FOLLOW_UP, subject=Cast(OuterRef("pk"), CharField()))
    new = list(with_authority(_open().filter(~Exists(there))).select_related("event", "unit").order_by("pk"))
    names = event_names({one.unit_id for one in new})
    due = time_limits.dues(FOLLOW_UP)
    followups.open_all(
        (
            Opening(
                FOLLOW_UP,
                one.pk,
                one.unit,
                settling_office(one),
                due(one.unit_id),
                reverse("proposal_settle", args=[one.pk]),
                {"event": names.of(one.unit, one.event.kind), "on": str(one.event.on)},
            )
            for one in _with_office(new)
        ),
        by=None,
    )


def lapse(proposals: Collection[Proposal], *, by: User | None, reason: str) -> None:
    """Nobody settles these any more: their follow-ups end. Those who were to settle them, the discipline commissions,
    the unit and its offices are told. Nobody is told of a held event."""
    followups.call_off(FOLLOW_UP, [one.pk for one in proposals], by=by, reason=reason)
    told = Proposal.objects.filter(pk__in=[one.pk for one in proposals], event__held=False)
    rows = _with_office(list(with_authority(told).select_related("event", "unit").order_by("pk")))
    names = event_names({one.unit_id for one in rows})
    concerned = unit_and_offices(OFFICES_CONCERNED, [one.unit for one in rows])
    for one in rows:
        office = settling_office(one)
        settling = {*responsible({office.role}, office.unit), *responsible(INSPECTORS, one.unit_id)}
        params = {"unit": one.unit.name, "event": names.of(one.unit, one.event.kind), "on": str(one.event.on)}
        readers = {
            reverse("event", args=[one.event_id]): settling,
            reverse("register_unit", args=[one.unit_id]): concerned[one.unit_id] - settling,
        }
        for link, people in readers.items():
            announce(
                people - {by.pk if by else None},
                "proposal_lapsed",
                link=link,
                unit_code=one.unit_id,
                reason=reason,
                **params,
            )


def reassign(units: Collection[str]) -> None:
    """New decisions may change who is the authority for a star: open proposals follow it."""
    here = with_authority(_open().filter(unit__in=units))
    followups.reassign(FOLLOW_UP, {one.pk: settling_office(one) for one in _with_office(list(here))})


def settling_office(proposal: Any) -> Office:
    """Who settles it, of a proposal ``with_authority``."""
    if proposal.authority == TOWNSHIP:
        return Office(township_of(proposal.unit_id), Role.TOWNSHIP_LEADER)
    return Office(county_of(proposal.unit_id), Role.COUNTY_OFFICE)


def _with_office(proposals: list[Proposal]) -> list[Proposal]:
    """Without those whose deciding unit is not known here: nobody can hold an office in it."""
    there = Unit.objects.in_bulk({settling_office(one).unit for one in proposals})
    return [one for one in proposals if settling_office(one).unit in there]


def _open() -> QuerySet[Proposal]:
    return Proposal.objects.filter(state=Proposal.State.OPEN, event__held=False, event__reversal=None)
