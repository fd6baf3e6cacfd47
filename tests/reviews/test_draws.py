"""Panels drawn by lot: exclusions by the rules, reproducible draws, and detected tampering."""

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import Appointment
from accounts.roles import Role
from ratings.models import Stage
from records.refusals import Incomplete, NotAllowed
from reviews.integrity.draw_integrity import faults
from reviews.models import Draw, Panel
from reviews.panels.draw import DrawCandidate, Rules, TooFew, draw, kept, may_be_drawn, repeat
from reviews.panels.panel_assignment import seated, seats_text
from reviews.workflow.draws import draw_panel
from tests.clients import client_of
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    CycleFactory,
    PanelFactory,
    SchemeFactory,
    UnitFactory,
    UserFactory,
    person,
)
from tests.reviews.test_pages import LOCMEM

CANDIDATES = st.lists(
    st.builds(
        DrawCandidate,
        name=st.text("abcdef", min_size=1, max_size=6),
        home=st.sampled_from(["", "农业农村局", "民政局"]),
        tied=st.booleans(),
        sat=st.booleans(),
        seated=st.booleans(),
    ),
    unique_by=lambda one: one.name,
    max_size=12,
)
RULES = st.builds(Rules, number=st.integers(0, 5), per_home=st.sampled_from([None, 1, 2]), rotate=st.booleans())


@given(CANDIDATES, RULES, st.text(max_size=10), st.randoms())
def test_a_draw_keeps_its_rules_and_repeats_whatever_the_order(candidates, rules, seed, order):
    try:
        drawn = draw(candidates, rules, seed)
    except TooFew:
        assume(False)
    by_name = {one.name: one for one in candidates}
    assert len(set(drawn)) == len(drawn) == rules.number
    assert all(may_be_drawn(by_name[name], rules) for name in drawn)
    if rules.per_home:
        homes = [by_name[name].home for name in drawn]
        seated = [one.home for one in candidates if one.seated]
        assert all((homes + seated).count(home) <= max(rules.per_home, seated.count(home)) for home in homes if home)
    shuffled = list(candidates)
    order.shuffle(shuffled)
    assert repeat(*kept(shuffled, rules), seed) == drawn


def test_too_few_says_how_many_there_would_be():
    with pytest.raises(TooFew) as few:
        draw([DrawCandidate("a"), DrawCandidate("b", tied=True)], Rules(2), "1")
    assert few.value.found == 1


def test_another_seed_draws_others():
    candidates = [DrawCandidate(f"r{n}") for n in range(20)]
    assert len({tuple(draw(candidates, Rules(3), str(seed))) for seed in range(20)}) > 10


@pytest.fixture
def five(place):
    """Three more reviewers of the township beside the two who sit."""
    return [person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username=f"r{n}") for n in range(3)]


def drawn_by(place, rules, **more):
    given = {"by": place.township_office, "reason": "按规定轮换"} | more
    return draw_panel(place.cycle, place.township, Stage.TOWNSHIP, rules, **given)


def names(panel) -> set[str]:
    return set(panel.seats.values_list("reviewer__username", flat=True))


def test_who_is_drawn_sits_and_the_draw_is_kept(place, five):
    made = drawn_by(place, Rules(3), seed="20260928")
    assert names(place.panel) == set(made.drawn)
    assert (made.seed, len(made.candidates), made.rules["number"]) == ("20260928", 5, 3)
    assert repeat(made.candidates, made.rules, made.seed) == made.drawn
    assert list(faults()) == []


def test_ties_and_last_years_members_are_not_drawn(place, five):
    AppointmentFactory(user=five[0], role=Role.FILLER, unit=UnitFactory(code=VILLAGE), starts="2021-01-01")
    before = CycleFactory(year=2025, scheme=SchemeFactory(year=2025), state="closed", closed_at="2026-01-01T00:00Z")
    PanelFactory(cycle=before, unit=place.township, reviewers=[five[1]])
    made = drawn_by(place, Rules(3, rotate=True))
    assert set(made.drawn) == {"township_reviewer", "township_reviewer_b", "r2"}
    with pytest.raises(Incomplete):
        drawn_by(place, Rules(4, rotate=True))


def test_at_most_so_many_of_one_department(place, five):
    Appointment.objects.filter(user__in=five).update(department="农业农村局")
    for seed in range(8):
        made = drawn_by(place, Rules(3, per_home=1), seed=str(seed))
        assert len({"r0", "r1", "r2"} & set(made.drawn)) == 1


def test_one_member_is_replaced_by_a_further_draw(place, five):
    with pytest.raises(Incomplete):
        drawn_by(place, Rules(1), replacing=place.township_reviewer_b, reason=" ")
    with pytest.raises(Incomplete):
        drawn_by(place, Rules(1), replacing=five[0])
    made = drawn_by(place, Rules(1), replacing=place.township_reviewer_b)
    assert names(place.panel) == {"township_reviewer", *made.drawn}
    assert made.drawn[0] in {"r0", "r1", "r2"}


@pytest.mark.parametrize("name", ["township_leader", "county_office", "township_reviewer", "filler"])
def test_only_the_office_draws_its_panel(place, five, name):
    with pytest.raises(NotAllowed):
        drawn_by(place, Rules(2), by=getattr(place, name))


def test_a_draw_is_never_changed_and_what_was_changed_all_the_same_is_found(place, five):
    made = drawn_by(place, Rules(2), seed="1")
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.update(seed="2")
    with pgtrigger.ignore("reviews.Draw:draw_stays"):
        Draw.objects.filter(pk=made.pk).update(drawn=made.drawn[::-1])
    (fault,) = faults()
    assert (fault.row, fault.expected) == (f"reviews_draw {made.pk}", ", ".join(made.drawn))


def test_the_page_draws_shows_and_repeats(place, five, settings):
    settings.CACHES, settings.SECOND_FACTOR_REQUIRED = LOCMEM, False
    office = client_of(place.township_office)
    given = {
        "number": "3",
        "per_home": "",
        "seed": "摇号17",
        "reason": "按规定轮换",
        "seated": seats_text(seated(Panel.objects.get(stage="township"))),
    }
    answer = office.post(reverse("review_draw_panel", args=[place.cycle.pk, TOWNSHIP, "township"]), given)
    made = Draw.objects.get()
    assert answer.url == reverse("review_draw", args=[made.pk])
    page = office.get(answer.url, {"repeat": "1"}).content.decode()
    assert [mark for mark in ("摇号17", "banner good", *made.drawn) if mark not in page] == []
    assert client_of(place.county_office).get(answer.url).status_code == 404
    assert client_of(UserFactory()).get(answer.url).status_code == 404
    late = office.post(reverse("review_draw_panel", args=[place.cycle.pk, COUNTY, "county"]), given)
    assert late.status_code == 404
