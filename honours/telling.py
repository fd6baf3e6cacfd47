"""Telling those whom a nomination concerns: its village, and the offices above that it has passed."""

from collections.abc import Collection, Iterable
from typing import Any

from accounts.role_holders import holders
from accounts.roles import VILLAGE_POSTS, Role
from honours.models import Nomination, Round
from notifications.models import Notice
from notifications.workflow import announce_all
from villages.models import Unit, county_of, township_of

OFFICES = (Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER, Role.COUNTY_OFFICE)


def tell(nominations: Iterable[Nomination], kind: str, **params: Any) -> None:
    """Tell the villages and their offices; units and rounds have been read."""
    nominations = list(nominations)
    places = {code for one in nominations for code in (one.unit_id, township_of(one.unit_id), county_of(one.unit_id))}
    people = holders([*VILLAGE_POSTS, *OFFICES], places) if places else {}
    notices = (
        Notice(
            user_id=user,
            kind=kind,
            params={"unit": one.unit.name, "round": one.round.name, "reason": one.reason} | params,
            link=one.get_absolute_url(),
            unit_code=one.unit_id,
        )
        for one in nominations
        for user in _of(people, one.unit_id)
    )
    announce_all(notices)


def tell_office(round: Round, kind: str, roles: Collection[str], codes: Iterable[str], **params: Any) -> None:
    """Tell those who hold ``roles`` on the units ``codes`` about a round."""
    codes = list(codes)
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    announce_all(
        Notice(
            user_id=user,
            kind=kind,
            params={"round": round.name, "unit": names[code]} | params,
            link=round.get_absolute_url(),
            unit_code=code,
        )
        for code, users in sorted(holders(roles, codes).items())
        for user in sorted(users)
    )


def _of(people: dict[str, list[int]], code: str) -> list[int]:
    places = (code, township_of(code), county_of(code))
    return sorted({user for place in places for user in people.get(place, ())})
