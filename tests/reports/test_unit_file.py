"""A unit's file shows each reader what the lists show that reader, and nothing else."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from reports.unit_file.reading import UnitFile
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppealFactory,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    ObjectionFactory,
    PointsFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
)

pytestmark = pytest.mark.django_db
HELD, KNOWN = date(2026, 6, 1), date(2026, 5, 1)


NOW = at(2026, 11, 24, 8)


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def village(db):
    """A village with results of two years, a known and a held event, an answered and an open objection."""
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    unit = UnitFactory(code=VILLAGE)
    for year, points in ((2025, 6), (2026, 9)):
        scheme = SchemeFactory(unit=UnitFactory(code=COUNTY), year=year)
        application = ApplicationFactory(cycle=CycleFactory(scheme=scheme), unit=unit, state="confirmed", self_total=38)
        decision = DecisionFactory(
            unit=unit, application=application, scheme=scheme, star=3, total=points, on=date(year, 3, 2), year=year
        )
        PointsFactory(application=application, stage=decision.origin, criterion="1.1", points=points)
        PointsFactory(application=application, stage="self", criterion="1.1", points=10)
    StarPeriodFactory(decision=decision, during=(date(2026, 3, 2), None))
    EventFactory(unit=unit, on=KNOWN)
    EventFactory(unit=unit, on=HELD, held=True)
    ObjectionFactory(decision=decision, state="dismissed", answered_at=at(2026, 4, 1), answer="账目相符。")
    ObjectionFactory(decision=decision)
    AppealFactory(decision=decision)
    return unit


def file_of(client, user, unit):
    client.force_login(user)
    return client.get(reverse("unit_file", args=[unit.code])).context["file"]


def test_points_by_area_stand_beside_each_other_over_the_years(client, village):
    file = file_of(client, person(Role.COUNTY_OFFICE, COUNTY), village)
    assert [(result.year, result.decision.star) for result in file.results] == [(2026, 3), (2025, 3)]
    first = file.areas[0]
    assert (first.code, [(cell.year, cell.points, cell.full) for cell in first.cells]) == (
        "1",
        [(2026, Decimal(9), 20), (2025, Decimal(6), 20)],
    )
    assert (file.today.star, file.since) == (3, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("role", "code", "days", "disputes"),
    [
        (Role.DISCIPLINE, COUNTY, [HELD, KNOWN], 3),
        (Role.COUNTY_OFFICE, COUNTY, [KNOWN], 3),
        (Role.SIGNER, VILLAGE, [KNOWN], 2),
        (Role.TOWNSHIP_LEADER, TOWNSHIP, [KNOWN], 3),
        (Role.TOWNSHIP_REVIEWER, TOWNSHIP, [], 1),
        (Role.FINANCE, COUNTY, [], 1),
    ],
)
def test_events_and_objections_as_the_reader_may_know_them(client, village, role, code, days, disputes):
    file = file_of(client, person(role, code), village)
    assert ([event.on for event in file.events], len(file.disputes)) == (days, disputes)


def test_nothing_held_stands_on_the_paper(client, village):
    user = person(Role.DISCIPLINE, COUNTY)
    assert [event.on for event in UnitFile(village, user, printed=True).events] == [KNOWN]
    client.force_login(user)
    paper = client.get(reverse("unit_file_paper", args=[VILLAGE]))
    assert (paper["Content-Type"], b"".join(paper.streaming_content)[:5]) == ("application/pdf", b"%PDF-")


def test_it_is_linked_from_the_register_and_the_unit_s_page(client, village):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    address = reverse("unit_file", args=[VILLAGE])
    for name in ("register_unit", "unit"):
        assert f'href="{address}"' in client.get(reverse(name, args=[VILLAGE])).content.decode()
