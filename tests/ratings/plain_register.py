"""Formats §3 read plainly, day by day, apart from the code that it checks. Slow, and meant to be."""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)


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


@dataclass
class World:
    """``schemes``: issued scheme files, later versions later; ``confirmed``: (event, place of the rule in its list)."""

    schemes: list[dict]
    decisions: list[Decided]
    events: list[Happened]
    confirmed: set[tuple[Happened, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Effect:
    does: str
    n: int | None
    first: date
    last: date | None  # the last day on which it is active

    @property
    def text(self) -> str:
        return self.does if self.n is None else f"{self.does}:{self.n}"

    def active(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


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
    fitting = [s for s in world.schemes if event.unit.startswith(s["unit"]) and s["year"] <= event.on.year]
    if not fitting:
        return None
    nearest = max(len(s["unit"]) for s in fitting)
    fitting = [s for s in fitting if len(s["unit"]) == nearest]
    latest = max(s["year"] for s in fitting)
    return [s for s in fitting if s["year"] == latest][-1]


def effects_of(world: World, unit: str) -> list[Effect]:
    found = []
    for event in world.events:
        scheme = scheme_for(world, event)
        if event.unit != unit or event.held or scheme is None:
            continue
        for place, rule in enumerate(scheme["rules"]):
            if rule["event"] != event.kind:
                continue
            if not rule.get("automatic", False) and (event, place) not in world.confirmed:
                continue
            found.append(effect(world, event, rule))
    return found


def effect(world: World, event: Happened, rule: dict) -> Effect:
    does, months = rule["does"], rule.get("months")
    lasts = []
    if months is not None:
        lasts.append(months_later(event.on, months) - DAY)
    if event.closed is not None and does != "revoke":
        lasts.append(event.closed)
    if not (does == "cap" and months is not None):
        lasts += [d.on - DAY for d in world.decisions if d.unit == event.unit and d.cut_off >= event.on]
    n = {"cap": rule.get("star"), "lower": rule.get("by")}.get(does)
    return Effect(does, n, event.on, min(lasts, default=None))


def in_force(world: World, unit: str, day: date) -> Decided | None:
    made = [d for d in world.decisions if d.unit == unit and d.on <= day]
    return max(made, key=lambda d: d.on) if made else None


def star_on(decided: Decided, active: list[Effect]) -> int:
    if any(e.does in ("suspend", "revoke") for e in active):
        return 0
    star = decided.star - sum(e.n for e in active if e.does == "lower")
    return max(0, min([star, *(e.n for e in active if e.does == "cap")]))


def register_on(world: World, day: date) -> list[tuple[str, str, str, str, str]]:
    """The rows of ``export_register --on``: unit, star, since, decided, effects."""
    rows = []
    for unit in sorted({d.unit for d in world.decisions}):
        effects = effects_of(world, unit)
        today, star, since = min(d.on for d in world.decisions if d.unit == unit), None, None
        while today <= day:
            decided = in_force(world, unit, today)
            active = [e for e in effects if e.active(today)]
            if star_on(decided, active) != star:
                star, since = star_on(decided, active), today
            today += DAY
        if since is not None:
            texts = ";".join(sorted(e.text for e in active))
            rows.append((unit, str(star), str(since), str(decided.star), texts))
    return rows
