"""Who may open an address, in the words in which ``route_permissions`` says it."""

from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.two_tenants import Person

OWN_ACCOUNT = "own account"
"""A library's pages of one's second factor: some are there only for who has one."""
PUBLIC = "public"
"""Open to everyone without an account."""
SIGNED_IN = "signed in"
"""Open to everyone with an account; it shows only one's own."""


@dataclass(frozen=True)
class At:
    """Those who hold one of ``permissions`` on the village, township or county of the address."""

    place: str
    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        code = getattr(world.first.at, self.place)
        return any(person.holds(permission, code) for permission in self.permissions)


@dataclass(frozen=True)
class Helped(At):
    """And the people of the helper unit that the plan names, wherever they hold their post."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.user.username == "helper" or super().lets_in(person, world)


@dataclass(frozen=True)
class On(At):
    """Those who hold it on that very place, not above it."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.code == getattr(world.first.at, self.place) and super().lets_in(person, world)


@dataclass(frozen=True)
class Answers(At):
    """And the office of the county itself, which runs the programme: not one above it."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        runs = On("county", ("programmes.run_programme",)).lets_in(person, world)
        return runs or super().lets_in(person, world)


@dataclass(frozen=True)
class Assessed(At):
    """And those who hold the right to see it in the township that is assessed itself."""

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        own = person.code == world.first.at.township and person.holds("reports.view_assessment")
        return own or super().lets_in(person, world)


@dataclass(frozen=True)
class Anywhere:
    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return any(person.holds(permission) for permission in self.permissions)


@dataclass(frozen=True)
class Own(Anywhere):
    """Of those, each finds what they have asked for themselves."""


@dataclass(frozen=True)
class Only:
    """Only these accounts."""

    names: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        return person.user.username in self.names


@dataclass(frozen=True)
class Around:
    """Those who hold one of ``permissions`` anywhere in, or above, the county: for what concerns the county."""

    permissions: tuple[str, ...]

    def lets_in(self, person: Person, world: SimpleNamespace) -> bool:
        county = world.first.at.county
        near = person.code.startswith(county) or county.startswith(person.code)
        return near and any(person.holds(permission) for permission in self.permissions)


@dataclass(frozen=True)
class Asked(Around):
    """Those of them who write the draft of the county, lead its review, or are asked for comments on it: not the
    offices of other counties, as long as it is not under joint review."""


def at(place: str, *permissions: str) -> At:
    return At(place, permissions)


def anywhere(*permissions: str) -> Anywhere:
    return Anywhere(permissions)


def around(*permissions: str) -> Around:
    return Around(permissions)


def only(*names: str) -> Only:
    return Only(names)


@dataclass(frozen=True)
class Door:
    """``args``: the address's arguments as attributes of the first county ("=text" for a text); ``ways``: by method,
    who has access; ``query``: further parameters of the address."""

    args: tuple[str, ...] = ()
    ways: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    """What a page must be sent to know which step is meant."""

    def address(self, name: str, world: SimpleNamespace) -> str:
        return reverse(name, args=[_value(arg, world) for arg in self.args]) + self.query

    def made_up(self, name: str) -> str:
        """The same address of something that does not exist."""
        return reverse(name, args=[_made_up(arg) for arg in self.args]) + self.query


def _value(arg: str, world: SimpleNamespace) -> Any:
    return arg[1:] if arg.startswith("=") else attrgetter(arg)(world.first)


def _made_up(arg: str) -> Any:
    if arg.startswith("="):
        return arg[1:]
    values = {
        "pk": 987654321,
        "scheme_id": 987654321,
        "code": "330699999299",
        "day": date(1999, 12, 31),
        "handle": UUID(int=0),
    }
    return values.get(arg.rpartition(".")[2], "B7K3MX92QF")


def page(*args: str, get: Any = None, post: Any = None, query: str = "", **sent: str) -> Door:
    return Door(args, {k: v for k, v in {"get": get, "post": post}.items() if v}, query, sent)


def both(*args: str, who: Any, query: str = "", **sent: str) -> Door:
    """A page that answers a POST like a GET, or with its form."""
    return page(*args, get=who, post=who, query=query, **sent)


VIEW, FILL = "ratings.view_application", ("ratings.fill", "ratings.fill_on_behalf")
SIGN, ACCEPT, RECORD = "ratings.sign", "ratings.accept", "ratings.record_event"
MONEY, POLICY, FUND, PAY, OWN_MONEY = (
    f"incentives.{verb}" for verb in ("view_incentive", "manage_policy", "manage_fund", "disburse", "write_own")
)
SCORE, DECIDE, CONVENE, RELEASE, ANSWER = (
    (f"reviews.{verb}_township", f"reviews.{verb}_county")
    for verb in ("score", "decide", "convene", "release", "answer_objection")
)
CHECK = ("reviews.open_check", "reviews.answer_check")
CONVENE_APPEAL, HEAR = (
    (f"reviews.{verb}_appeal_county", f"reviews.{verb}_appeal_city") for verb in ("convene", "hear")
)
APPEAL = "reviews.appeal"
SETTLE = tuple(f"ratings.settle_proposal_{level}" for level in ("township", "county", "city"))
MAKE_ASSESSMENT, OWN_ASSESSMENT = (f"reports.{verb}_assessment" for verb in ("manage", "view"))
PAYEES = tuple(f"incentives.{verb}_payee" for verb in ("propose", "confirm"))
OPINION, LINES = "incentives.give_opinion", (MONEY, "ratings.fill", ACCEPT)
PANEL = ("township_reviewer", "township_reviewer_b")
PLANNERS = anywhere("accounts.appoint")
HONOUR, RUN_ROUND = "honours.view_honour", On("county", ("honours.run_round",))
