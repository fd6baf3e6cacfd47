"""Formats §3 implemented literally, day by day, independent of the code that it checks. Slow on purpose."""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
FIRST = date(2022, 12, 31)


@dataclass(frozen=True)
class Decided:
    unit: str
    star: int
    on: date
    cut_off: date


@dataclass(frozen=True)
class Happened:
    unit: str
    kind: str
    on: date
    source: str = ""
    closed: date | None = None
    held: bool = False
    reversed: date | None = None


@dataclass(frozen=True)
class Ordered:
    """Units of ``before`` that become those of ``after`` on a day; one that continues is in both."""

    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass
class World:
    """``schemes``: issued scheme files, later versions later; ``confirmed``: (event, place of the rule in its list).

    ``issued``: the day of each scheme's issue, by its place in the list; who is not in it was there from the beginning.
    """

    schemes: list[dict]
    decisions: list[Decided]
    events: list[Happened]
    confirmed: set[tuple[Happened, int]] = field(default_factory=set)
    orders: list[Ordered] = field(default_factory=list)
    issued: dict[int, date] = field(default_factory=dict)


def months_later(day: date, months: int) -> date:
    """The same day some calendar months later; a month-end that does not exist falls on the month's last day."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


def scheme_for(world: World, event: Happened) -> dict | None:
    fitting = [
        (world.issued.get(place, date.min), place, scheme)
        for place, scheme in enumerate(world.schemes)
        if event.unit.startswith(scheme["unit"]) and scheme["year"] <= event.on.year
    ]
    if not fitting:
        return None
    nearest = max(len(scheme["unit"]) for *_, scheme in fitting)
    fitting = [one for one in fitting if len(one[2]["unit"]) == nearest]
    latest = max(scheme["year"] for *_, scheme in fitting)
    versions = sorted((one for one in fitting if one[2]["year"] == latest), key=lambda one: one[:2])
    by_the_day = [scheme for issued, _place, scheme in versions if issued <= event.on]
    return by_the_day[-1] if by_the_day else versions[0][2]


def last_order_into(world: World, unit: str, day: date) -> Ordered | None:
    orders = [o for o in world.orders if unit in o.after and o.on <= day]
    return max(orders, key=lambda o: o.on) if orders else None


def next_turn(world: World, unit: str, day: date) -> date | None:
    """The first day after ``day`` on which an order touches ``unit``."""
    return min((o.on for o in world.orders if unit in (*o.before, *o.after) and o.on > day), default=None)


def ended(world: World, unit: str, day: date) -> bool:
    return any(o.on <= day and unit in o.before and unit not in o.after for o in world.orders)


@dataclass(frozen=True)
class Reaching:
    """An effect as it applies to a unit: ``way`` names the units through which it came, the last first."""

    event: Happened
    rule: dict
    way: tuple[str, ...]
    since: date
    judged: date | None

    def text(self) -> str:
        n = {"cap": self.rule.get("star"), "lower": self.rule.get("by")}.get(self.rule["does"])
        return self.rule["does"] if n is None else f"{self.rule['does']}:{n}"

    def active(self, day: date) -> bool:
        does, months = self.rule["does"], self.rule.get("months")
        ends = []
        if months is not None:
            ends.append(months_later(self.event.on, months))
        if self.event.closed is not None and does != "revoke":
            ends.append(self.event.closed + DAY)
        if self.event.reversed is not None:
            ends.append(self.event.reversed)
        if not (does == "cap" and months is not None) and self.judged is not None:
            ends.append(self.judged)
        return self.since <= day and all(day < end for end in ends)


def rules_for(world: World, event: Happened) -> list[dict]:
    scheme = scheme_for(world, event)
    if event.held or scheme is None:
        return []
    rules = [(n, rule) for n, rule in enumerate(scheme["rules"]) if rule["event"] == event.kind]
    return [rule for n, rule in rules if rule.get("automatic", False) or (event, n) in world.confirmed]


def reaching(world: World, unit: str, day: date) -> list[Reaching]:
    """Every effect, active or over, that belongs to ``unit`` after the orders up to ``day``."""
    order, turn = last_order_into(world, unit, day), next_turn(world, unit, day)
    begins = order.on if order else date.min

    def judged(event: Happened, since: date) -> date | None:
        return min(
            (
                d.on
                for d in world.decisions
                if d.unit == unit and d.cut_off >= event.on and since <= d.on and (turn is None or d.on < turn)
            ),
            default=None,
        )

    found = [
        Reaching(event, rule, (), event.on, judged(event, date.min))
        for event in world.events
        if event.unit == unit and event.on >= begins and (turn is None or event.on < turn)
        for rule in rules_for(world, event)
    ]
    if order:
        found += [
            Reaching(one.event, one.rule, (before, *one.way), order.on, one.judged or judged(one.event, order.on))
            for before in order.before
            for one in reaching(world, before, order.on - DAY)
        ]
    return found


def in_force(world: World, unit: str, day: date) -> list[tuple[Decided, tuple[str, ...]]]:
    """The decisions in force on ``day``: the last own one, or, since an order, those of the predecessors."""
    if ended(world, unit, day):
        return []
    order = last_order_into(world, unit, day)
    own = [d for d in world.decisions if d.unit == unit and d.on <= day and (order is None or d.on >= order.on)]
    if own:
        return [(max(own, key=lambda d: d.on), ())]
    if order is None:
        return []
    return [
        (decided, (before, *way)) for before in order.before for decided, way in in_force(world, before, order.on - DAY)
    ]


def same_way(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one is a prefix of the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


def star_on(decided: Decided, active: list[Reaching]) -> int:
    if any(e.rule["does"] in ("suspend", "revoke") for e in active):
        return 0
    star = decided.star - sum(e.rule["by"] for e in active if e.rule["does"] == "lower")
    return max(0, min([star, *(e.rule["star"] for e in active if e.rule["does"] == "cap")]))


def standing(world: World, unit: str, day: date, effects: dict) -> tuple[int, int, list[str]] | None:
    """Star, star decided and effects: of several decisions, the one that leaves the lowest star.

    ``effects`` keeps what reaches the unit from one order to the next.
    """
    turns = tuple(o for o in world.orders if unit in (*o.before, *o.after) and o.on <= day)
    if turns not in effects:
        effects[turns] = reaching(world, unit, day)
    active = [one for one in effects[turns] if one.active(day)]
    stars = [
        (star_on(decided, [one for one in active if same_way(one.way, way)]), decided.star)
        for decided, way in in_force(world, unit, day)
    ]
    return (*min(stars), sorted(one.text() for one in active)) if stars else None


def stars_until(world: World, unit: str, day: date, walked: dict) -> list[int | None]:
    """The star on each day from the first one on; ``walked`` keeps the days for the next question about ``world``."""
    stars, effects = walked.setdefault(unit, ([], {}))
    while (today := FIRST + len(stars) * DAY) <= day:
        now = standing(world, unit, today, effects)
        stars.append(now[0] if now else None)
    return stars[: (day - FIRST).days + 1]


def register_on(world: World, day: date, walked: dict) -> list[tuple[str, str, str, str, str]]:
    """The rows of ``export_register --on``: unit, star, since, decided, effects."""
    rows = []
    units = {d.unit for d in world.decisions} | {unit for o in world.orders for unit in o.after}
    for unit in sorted(units):
        now = standing(world, unit, day, {})
        if now is None:
            continue
        star, since = None, None
        for place, on_that_day in enumerate(stars_until(world, unit, day, walked)):
            if on_that_day is not None and on_that_day != star:
                star, since = on_that_day, FIRST + place * DAY
        star, decided, texts = now
        rows.append((unit, str(star), str(since), str(decided), ";".join(texts)))
    return rows
