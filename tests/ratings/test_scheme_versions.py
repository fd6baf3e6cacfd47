"""Which of a year's issued versions judges an event (formats §6): the last one issued on or before its day."""

from datetime import date

import pytest

from accounts.roles import Role
from followups.models import FollowUp
from notifications.models import Notice
from ratings.events.applicable_scheme import judging_scheme, stars_offered
from ratings.models import Proposal, Scheme
from ratings.register.rerating import rerate
from ratings.workflow.scheme import import_scheme
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    VILLAGE,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    UnitFactory(code=COUNTY)
    return UnitFactory(code=VILLAGE)


def version(n, *issued, year=2026):
    return SchemeFactory(version=n, year=year, issued_at=at(*issued))


@pytest.mark.parametrize(
    ("day", "judges"),
    [
        (date(2026, 1, 1), 1),
        (date(2026, 3, 9), 1),
        (date(2026, 7, 9), 1),
        (date(2026, 7, 10), 2),
        (date(2026, 10, 1), 4),
        (date(2026, 12, 31), 4),
        (date(2027, 5, 1), 4),
        (date(2025, 12, 31), None),
    ],
)
def test_the_version_last_issued_by_the_day_judges(village, day, judges):
    version(1, 2026, 3, 10, 9)
    version(2, 2026, 7, 10, 23)
    version(3, 2026, 10, 1, 8)
    version(4, 2026, 10, 1, 17)
    SchemeFactory(version=5, state="draft", issued_at=None)
    found = judging_scheme(village, day)
    assert (found and found.version) == judges


def test_versions_issued_before_the_year_count_from_its_first_day(village):
    version(1, 2025, 11, 1)
    version(2, 2025, 12, 1)
    SchemeFactory(year=2025, issued_at=at(2025, 1, 1))
    assert [judging_scheme(village, day).version for day in (date(2025, 12, 31), date(2026, 1, 1))] == [1, 2]
    assert judging_scheme(village, date(2025, 12, 31)).year == 2025


def test_an_amendment_leaves_march_as_it_was(village):
    office, inspector = (person(role, COUNTY) for role in (Role.COUNTY_OFFICE, Role.DISCIPLINE))
    signer = person(Role.SIGNER, village.code)
    with freeze_time(at(2026, 7, 10, 9)):
        version(1, 2026, 1, 5)
        DecisionFactory(unit=village, star=5, on=date(2026, 1, 10), cut_off=date(2025, 12, 31), state="confirmed")
        march = EventFactory(unit=village, kind="case_opened", on=date(2026, 3, 1))
        july = EventFactory(unit=village, kind="case_opened", on=date(2026, 7, 10))
        rerate("")
        known = {event.on: event.proposals.get().scheme.version for event in (march, july)}
        assert known == {march.on: 1, july.on: 1}
        harder = scheme_body()
        harder["rules"] = [{"event": "case_opened", "does": "revoke", "automatic": False}]
        import_scheme(harder, by=None, issue=True)
        assert sorted(march.proposals.values_list("scheme__version", flat=True)) == [1]
        assert sorted(july.proposals.values_list("scheme__version", flat=True)) == [1, 2]
        assert Scheme.objects.count() == 2
        assert march.proposals.get().state == "open"
        states = july.proposals.order_by("scheme__version").values_list("state", flat=True)
        assert list(states) == ["declined", "open"]
        told = Notice.objects.filter(kind="proposal_lapsed", params__on="2026-07-10").order_by("user")
        pages = [f"/events/{july.pk}/", f"/events/{july.pk}/", f"/register/{village.code}/"]
        people = [office.pk, inspector.pk, signer.pk]
        assert list(told.values_list("user", "link")) == list(zip(people, pages, strict=True))
        waiting = FollowUp.objects.waiting().filter(kind="proposal").values_list("subject", flat=True)
        open_ = Proposal.objects.filter(state="open").values_list("pk", flat=True)
        assert sorted(waiting) == sorted(map(str, open_))


def test_an_event_before_the_amendment_and_one_after_act_each_by_its_own_rule(village, client):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    client.force_login(office)
    mild = scheme_body(rules=[{"event": "case_opened", "does": "lower", "by": 1, "automatic": True}])
    harder = scheme_body(rules=[{"event": "case_opened", "does": "cap", "star": 2, "automatic": True}])
    with freeze_time(at(2026, 8, 20, 9)):
        SchemeFactory(version=1, body=mild, issued_at=at(2026, 1, 5))
        DecisionFactory(unit=village, star=5, on=date(2026, 1, 10), cut_off=date(2025, 12, 31), state="confirmed")
        events = [EventFactory(unit=village, kind="case_opened", on=date(2026, month, 1)) for month in (3, 8)]
        SchemeFactory(version=2, body=harder, issued_at=at(2026, 7, 10, 9))
        rerate("")
        pages = [client.get(f"/events/{event.pk}/") for event in events]
        register = client.get(f"/register/{village.code}/").context["periods"]
    shown = [page.context for page in pages]
    judged = [(page["scheme"].version, [rule["days"] for rule in page["rules"]]) for page in shown]
    assert judged == [(1, [(date(2026, 3, 1), None)]), (2, [(date(2026, 8, 1), None)])]
    assert [str(page.context["scheme"]) in page.content.decode() for page in pages] == [True, True]
    held = [(one.during.lower, one.star, one.effects) for one in reversed(register)]
    assert held == [
        (date(2026, 1, 10), 5, []),
        (date(2026, 3, 1), 4, ["lower:1"]),
        (date(2026, 8, 1), 2, ["cap:2", "lower:1"]),
    ]


def test_under_the_rule_areas_each_base_area_is_a_star_to_filter_by(village):
    areas = [{"code": str(n), "kind": "base", "criteria": [], "line": 1} for n in range(1, 4)]
    areas.append({"code": "B", "kind": "bonus", "criteria": []})
    SchemeFactory(body=scheme_body(rule="areas", areas=areas, stars=[]))
    assert stars_offered([COUNTY]) == [0, 1, 2, 3]
