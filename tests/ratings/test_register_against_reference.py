"""Random stars and events, imported in any order and twice, against the literal implementation of formats §3."""

import csv
import os
import random
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from ratings.integrity.register_integrity import register_faults
from ratings.models import Event, Proposal, Reversal, Scheme, StarPeriod
from ratings.register.rerating import rerate
from ratings.workflow.event import authority_for, release, settle
from records.refusals import Incomplete
from tests.factories import COUNTY, TOWNSHIP, SchemeFactory, UnitFactory, at, person, scheme_body
from tests.ratings.reference_register import Decided, Happened, Ordered, World, ended, register_on
from villages.workflow import OrderPaper, SplitPart, merge, split

UNITS = [f"{TOWNSHIP}{number}" for number in (201, 202, 203)]
KINDS = ["case_opened", "tender_rigged", "petition"]
FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
SOURCES = ["", "信访局"]

# Month-ends and the days beside them are where readings differ.
days = st.one_of(
    st.dates(FIRST, LAST),
    st.sampled_from([date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 8, 31)]),
)
rules = st.builds(
    lambda does, n, months, automatic, event: (
        {"event": event, "does": does, "automatic": automatic}
        | ({"star": n} if does == "cap" else {"by": max(n, 1)} if does == "lower" else {})
        | ({"months": months} if months else {})
    ),
    does=st.sampled_from(["warn", "lower", "cap", "cap", "suspend", "revoke"]),
    n=st.integers(0, 4),
    months=st.sampled_from([None, None, 1, 3, 6, 12, 25]),
    automatic=st.sampled_from([True, True, True, False]),
    event=st.sampled_from(KINDS),
)
schemes = st.lists(
    st.tuples(
        st.sampled_from([2023, 2024, 2024, 2025]),
        st.sampled_from([COUNTY, COUNTY, TOWNSHIP]),
        st.one_of(days, st.dates(date(2022, 6, 1), date(2026, 6, 1))),
        st.lists(rules),
    ),
    min_size=1,
    max_size=4,
)
stars = st.lists(
    st.tuples(st.sampled_from(UNITS), st.integers(0, 5), days),
    unique_by=lambda row: (row[0], row[2]),
    min_size=1,
    max_size=6,
)
events = st.lists(
    st.builds(
        Happened,
        unit=st.sampled_from(UNITS),
        kind=st.sampled_from([*KINDS, KINDS[0]]),
        on=days,
        source=st.sampled_from(SOURCES),
    ),
    unique_by=lambda event: (event.unit, event.kind, event.on, event.source),
    max_size=8,
)

# An order: on which day, which of the then existing units it takes (by index), and whether it merges or splits them and
# whether one continues.
orders = st.lists(
    st.tuples(days, st.lists(st.integers(0, 5), min_size=2, max_size=3), st.booleans(), st.booleans()),
    unique_by=lambda row: row[0],
    max_size=3,
)


@pytest.mark.django_db
@settings(
    max_examples=int(os.environ.get("EXAMPLES", 15)),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    schemes=schemes,
    stars=stars,
    events=events,
    orders=orders,
    on=st.lists(st.dates(FIRST, date(2027, 6, 30)), min_size=3, max_size=3),
    seed=st.integers(0, 2**32),
)
def test_register_is_what_formats_say(tmp_path_factory, schemes, stars, events, orders, on, seed):
    with transaction.atomic():
        played = Played(tmp_path_factory.mktemp("register"), random.Random(seed))
        played.play(schemes, stars, events, orders, on)
        transaction.set_rollback(True)


class Played:
    """One world, built through the commands and the workflow, beside its plain description."""

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance

    def play(self, schemes, stars, events, orders, on):
        for code in (TOWNSHIP, *UNITS):
            UnitFactory(code=code)
        schemes = sorted(schemes, key=lambda s: s[:3])
        self.world = World(
            schemes=[self.issue(*scheme) for scheme in schemes],
            issued={place: scheme[2] for place, scheme in enumerate(schemes)},
            decisions=[Decided(unit, star, day, day - timedelta(days=1)) for unit, star, day in stars],
            events=[self.closed(event) for event in events],
        )
        steps = self.chance.sample([self.import_stars, self.import_events] * 2, 4)
        steps.insert(self.chance.randint(0, 4), lambda: self.carry_out(sorted(orders)))
        for step in steps:
            step()
        self.check(on)
        self.settle_some()
        self.hold_some()
        self.check(on)
        self.reverse_some()
        self.check(on)

    def carry_out(self, orders):
        """Merge or split what exists on each day, by order; new units get the next free codes."""
        office = person(Role.COUNTY_OFFICE, COUNTY)
        known = list(UNITS)
        for number, (on, chosen, merges, goes_on) in enumerate(orders):
            standing = [unit for unit in known if not ended(self.world, unit, on)]
            before = sorted({standing[place % len(standing)] for place in chosen})
            new = [f"{TOWNSHIP}{300 + 10 * number + place}" for place in range(2)]
            paper = OrderPaper(f"新政〔{on.year}〕{number}号", on, "区划调整")
            try:
                if merges and len(before) > 1:
                    after = (before[-1] if goes_on else new[0],)
                    merge(before, SplitPart(after[0], "并村"), paper, by=office)
                else:
                    before = before[:1]
                    after = (before[0], new[0]) if goes_on else tuple(new)
                    split(before[0], [SplitPart(code, f"分村{code}") for code in after], after[-1], paper, by=office)
            except Incomplete:  # something later than the order exists at a unit that it would dissolve
                continue
            self.world.orders.append(Ordered(on, tuple(before), after))
            known = sorted({*known, *after})

    def issue(self, year, unit, day, rules):
        names = [{"code": kind, "name": kind} for kind in KINDS]
        body = scheme_body(year=year, unit=unit, events=names, rules=rules)
        version = sum(1 for _ in self.versions(unit, year)) + 1
        SchemeFactory(
            unit=UnitFactory(code=unit),
            year=year,
            version=version,
            body=body,
            issued_at=at(day.year, day.month, day.day, 23, 59),
        )
        return body

    def versions(self, unit, year):
        return Scheme.objects.filter(unit=unit, year=year)

    def closed(self, event):
        if self.chance.random() < 0.6:
            return event
        return replace(event, closed=event.on + timedelta(days=self.chance.randrange(200)))

    def file(self, name, heading, rows):
        rows = list(rows)
        self.chance.shuffle(rows)
        path = self.folder / name
        with path.open("w", encoding=self.chance.choice(["utf-8", "utf-8-sig", "gb18030"]), newline="") as file:
            csv.writer(file).writerows([heading, *rows])
        return path

    def import_stars(self):
        rows = [(d.unit, d.star, d.on, f"新评〔{d.on.year}〕1号") for d in self.world.decisions]
        some = self.chance.sample(rows, self.chance.randint(1, len(rows)))
        path = self.file("stars.csv", ["unit", "star", "on", "document"], [*some, *rows[: len(rows) // 2]])
        call_command("import_register", path, stdout=StringIO())
        path = self.file("stars.csv", ["unit", "star", "on", "document"], rows)
        call_command("import_register", path, stdout=StringIO())

    def import_events(self):
        heading = ["unit", "event", "date", "closed", "note", "source"]
        whole = [(e.unit, e.kind, e.on, e.closed or "", "", e.source) for e in self.world.events]
        bare = [(*row[:3], "", *row[4:]) for row in whole]
        both = [self.file("events.csv", heading, rows) for rows in ([*bare, *whole], whole)]
        for path in self.chance.sample(both, 2):
            call_command("import_events", path, stdout=StringIO(), stderr=StringIO())

    def settle_some(self):
        county, township = person(Role.COUNTY_OFFICE, COUNTY), person(Role.TOWNSHIP_LEADER, TOWNSHIP)
        told = {(e.unit, e.kind, e.on, e.source): e for e in self.world.events}
        for proposal in Proposal.objects.select_related("event", "unit", "scheme"):
            confirm = self.chance.random() < 0.6
            by = township if authority_for(proposal).endswith("township") else county
            settle(proposal, confirm=confirm, by=by, reason="会议研究")
            if confirm:
                event = proposal.event
                self.world.confirmed.add((told[event.unit_id, event.kind, event.on, event.source], proposal.rule))

    def hold_some(self):
        """An event held, and one that was held and is released."""
        unit, kind, on = UNITS[0], KINDS[0], date(2024, 5, 31)
        discipline = person(Role.DISCIPLINE, COUNTY)
        for source in ("held", "released"):
            Event.objects.create(unit_id=unit, kind=kind, on=on, source=source, held=True)
        release(Event.objects.get(source="released"), by=discipline)
        self.world.events += [
            Happened(unit, kind, on, source=source, held=source == "held") for source in ("held", "released")
        ]

    def reverse_some(self):
        """Appeals against some events are upheld, on the event's day or later."""
        city = person(Role.CITY_OFFICE, "3306")
        for event in self.world.events:
            if event.held or self.chance.random() < 0.6:
                continue
            day = event.on + timedelta(days=self.chance.randrange(400))
            kept = Event.objects.get(unit=event.unit, kind=event.kind, on=event.on, source=event.source)
            Reversal.objects.create(event=kept, on=day, document="1", reason="查明不实", by=city, at=timezone.now())
            told = replace(event, reversed=day)
            self.world.events[self.world.events.index(event)] = told
            for rule in [rule for known, rule in self.world.confirmed if known == event]:
                self.world.confirmed.add((told, rule))
        rerate("")

    def check(self, on):
        before = StarPeriod.objects.count()
        call_command("rerate", stdout=(said := StringIO()))
        assert (said.getvalue(), StarPeriod.objects.count()) == ("", before)
        assert list(register_faults()) == []
        walked = {}
        for day in [*on, LAST, date.today()]:
            path = self.folder / "out.csv"
            call_command("export_register", on=day, output=path)
            with path.open(encoding="utf-8-sig", newline="") as file:
                heading, *rows = csv.reader(file)
            assert heading == ["unit", "star", "since", "decided", "effects"]
            assert [tuple(row) for row in rows] == register_on(self.world, day, walked)
            if day <= date.today():
                kept = StarPeriod.objects.on(day).order_by("unit").values_list("unit_id", "star", "effects")
                assert [(u, str(s), ";".join(e)) for u, s, e in kept] == [(r[0], r[1], r[4]) for r in rows]
