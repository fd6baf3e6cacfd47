"""Leads for inspectors: each rule on both sides of its limits, who sees them, and what an inspector does with one."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFilter

from accounts.roles import Role
from ratings.models import Decision, Evidence
from records import near_pictures
from records.files import store
from records.models import NearPicture, PictureHash
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from reports.leads import workflow
from reports.leads.found import Scope
from reports.leads.models import Lead, LeadLimit
from reports.leads.refreshing import limits_of, refresh, refresh_place
from reports.leads.rules import published
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    ObjectionFactory,
    SchemeFactory,
    SheetEntryFactory,
    SheetFactory,
    UnitFactory,
    UserFactory,
    at,
    judged_by_both,
    person,
    walk,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
CITY, OTHER_COUNTY = "3306", "330681"
NOW = at(2026, 11, 25, 9)
YEARS = (2024, 2025, 2026)


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-25 09:00+08:00"):
        yield


@built_once(at=NOW)
def places(db):
    for code in (CITY, COUNTY, TOWNSHIP):
        UnitFactory(code=code)


@built_once(at=NOW)
def cycles(places):
    return {year: CycleFactory(scheme=SchemeFactory(year=year), windows=False) for year in YEARS}


def village(number: int, township: str = TOWNSHIP):
    return UnitFactory(code=f"{township}{200 + number}")


def result(cycle, unit, panel, own=None, **fields):
    made = ApplicationFactory(
        cycle=cycle, unit=unit, state="confirmed", panel_total=Decimal(panel), panel_star=3, **fields
    )
    if own is not None:
        judged_by_both(made, own, panel)
    return made


def found(rule: str) -> dict[str, int]:
    """Subject → cases of the leads by this rule, after a night."""
    refresh_place(COUNTY, NOW)
    return dict(Lead.objects.found().filter(rule=rule).values_list("subject", "cases"))


def test_a_self_assessment_far_above_the_panel_in_two_years(cycles):
    proud, once, near = village(1), village(2), village(3)
    for year in (2025, 2026):
        result(cycles[year], proud, 25, own=Decimal(35))
        result(cycles[year], near, 25, own=Decimal("34.99"))
    result(cycles[2026], once, 20, own=Decimal(40))
    unreleased = ApplicationFactory(cycle=cycles[2024], unit=proud, state="decided", panel_total=10)
    judged_by_both(unreleased, 39, 10)
    assert found("gap") == {proud.code: 2}
    assert [row["difference"] for row in Lead.objects.get().rows] == ["10", "10"]


def test_only_the_last_three_results_of_a_village_are_compared(cycles):
    modest = village(1)
    early = CycleFactory(scheme=SchemeFactory(year=2023), windows=False)
    for cycle, own in ((early, 40), (cycles[2024], 40), (cycles[2025], None), (cycles[2026], 25)):
        result(cycle, modest, 25, own=own and Decimal(own))
    assert found("gap") == {}


def test_a_jump_is_measured_against_the_county(cycles):
    for number in range(1, 6):  # all rise by 4 of 40: 10 hundredths
        result(cycles[2025], village(number), 24)
        result(cycles[2026], village(number), 28)
    high, short = village(6), village(7)
    for unit, last in ((high, 34), (short, Decimal("33.9"))):
        result(cycles[2025], unit, 24)
        result(cycles[2026], unit, last)
    assert found("jump") == {f"{high.code}:2026": 1}
    result(CycleFactory(scheme=SchemeFactory(year=2027), windows=False), high, 34)
    assert found("jump") == {}  # of the last two years rated alone


def test_falling_less_than_the_others_is_no_jump(cycles):
    for number, last in ((1, 20), *((number, 8) for number in range(2, 7))):
        result(cycles[2025], village(number), 24)
        result(cycles[2026], village(number), last)
    assert found("jump") == {}


def test_too_few_villages_show_no_usual_change(cycles):
    for number, last in ((1, 24), (2, 39)):
        result(cycles[2025], village(number), 24)
        result(cycles[2026], village(number), last)
    assert found("jump") == {}


def test_objections_count_within_two_years():
    often, twice = village(1), village(2)
    for unit, count in ((often, 3), (twice, 2)):
        for _number in range(count):
            ObjectionFactory(decision=DecisionFactory(unit=unit, year=2025, on=at(2026, 1, 20 + _number).date()))
    long_ago = ObjectionFactory(decision=DecisionFactory(unit=twice, year=2023, on=at(2024, 1, 20).date()))
    type(long_ago).objects.filter(pk=long_ago.pk).update(made_at=NOW - timedelta(days=732))
    assert found("objections") == {often.code: 3}


def crowd(cycle, above: int, under: int):
    totals = [*["28.4"] * above, *["27.6"] * under, "30"]
    for number, total in enumerate(totals, 1):
        application = result(cycle, village(number), total)
        decision = DecisionFactory(
            unit=application.unit,
            application=application,
            cycle=cycle,
            year=cycle.year,
            origin=Decision.Origin.TOWNSHIP,
            state=Decision.State.DECIDED,
        )
        Decision.objects.filter(pk=decision.pk).update(state=Decision.State.RELEASED)


@pytest.mark.parametrize(
    ("above", "under", "crowded"), [(6, 2, True), (6, 0, True), (5, 0, False), (6, 3, False), (9, 3, True)]
)
def test_totals_crowd_above_a_line_where_few_lie_below_it(cycles, above, under, crowded):
    crowd(cycles[2026], above, under)
    assert found("crowd") == ({f"{cycles[2026].pk}:3": above} if crowded else {})


def panel_of(cycle, scores, villages: int):
    """Each village's sheets by these people, with these points."""
    for number in range(1, villages + 1):
        application = ApplicationFactory(
            cycle=cycle, unit=village(number), state="township_review", panel_total=30, panel_star=3
        )
        for who, points in scores.items():
            sheet = SheetFactory(application=application, reviewer=who)
            SheetEntryFactory(sheet=sheet, item="2.2", value=Decimal(points))
            type(sheet).objects.filter(pk=sheet.pk).update(state="handed_in", handed_in_at=NOW)
        walk(application, "decided", "public_notice", "confirmed")


@pytest.mark.parametrize(("low", "villages", "leads"), [("4", 5, 1), ("4.5", 5, 0), ("4", 4, 0)])
def test_a_reviewer_far_from_the_others_over_several_villages(cycles, low, villages, leads):
    strict, *others = [UserFactory() for _n in range(4)]
    panel_of(cycles[2026], {strict: low} | dict.fromkeys(others, "8"), villages)
    assert found("reviewer") == dict.fromkeys([str(strict.pk)][:leads], villages)


def test_a_scheme_is_read_once_for_all_results(cycles, django_assert_num_queries):
    for number in (1, 2, 3):
        result(cycles[2026], village(number), 25)
    scope = Scope(COUNTY, limits_of(COUNTY))
    with django_assert_num_queries(2):
        schemes = {id(one.cycle.scheme.spec) for one in scope.with_schemes(published(scope))}
    assert len(schemes) == 1


# ── photos ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def scene(seed: int) -> Image.Image:
    """A picture of patches, another for each seed."""
    picture = Image.new("RGB", (640, 480), (seed * 53 % 256, 90, 120))
    draw = ImageDraw.Draw(picture)
    number = seed * 7919 + 1
    for _patch in range(40):
        number = number * 1103515245 + 12345 & 0x7FFFFFFF
        x, y, tone = number % 600, number // 600 % 440, number // 7 % 256
        draw.rectangle((x, y, x + 40 + number % 150, y + 40 + number % 110), fill=(tone, 255 - tone, tone // 2))
    return picture.filter(ImageFilter.GaussianBlur(2))


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=quality)
    return made.getvalue()


def attach(cycle, unit, content: bytes, state="submitted", criterion="1.1") -> Evidence:
    application = unit.applications.filter(cycle=cycle).first() or ApplicationFactory(
        cycle=cycle, unit=unit, state=state
    )
    file = store(SimpleUploadedFile(f"{criterion}.jpg", content), by=UserFactory())
    return Evidence.objects.create(application=application, criterion=criterion, file=file)


def test_a_photo_made_smaller_is_found_again_and_another_is_not(cycles):
    attach(cycles[2026], village(1), jpeg(scene(1)))
    attach(cycles[2026], village(2), jpeg(scene(1).resize((320, 240)), 60))
    attach(cycles[2026], village(3), jpeg(scene(2)))
    assert PictureHash.objects.count() == 3
    near_pictures.compare_new()
    assert (list(found("photo").values()), NearPicture.objects.count()) == ([2], 1)
    assert {row["unit"] for row in Lead.objects.get().rows} == {village(1).code, village(2).code}


def test_one_village_may_use_a_photo_twice_in_a_year_and_a_blank_page_says_nothing(cycles):
    for criterion in ("1.1", "1.2"):
        attach(cycles[2026], village(1), jpeg(scene(1)), criterion=criterion)
    for number, tone in ((2, 250), (3, 252)):
        attach(cycles[2026], village(number), jpeg(Image.new("RGB", (300, 300), (tone, tone, tone))))
    attach(cycles[2026], village(4), jpeg(scene(1)), state="draft")  # not handed in
    near_pictures.compare_new()
    assert found("photo") == {}
    attach(cycles[2025], village(1), jpeg(scene(1)))
    assert list(found("photo").values()) == [2]


def test_photos_from_before_are_hashed_in_the_night(cycles):
    attach(cycles[2026], village(1), jpeg(scene(1)))
    PictureHash.objects.all().delete()
    refresh(NOW)
    assert (PictureHash.objects.count(), PictureHash.objects.filter(compared=False).count()) == (1, 0)


def test_what_spans_counties_is_the_citys_alone(cycles, client):
    UnitFactory(code=OTHER_COUNTY)
    attach(cycles[2026], village(1), jpeg(scene(1)))
    other = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=OTHER_COUNTY)), windows=False)
    attach(other, village(1, f"{OTHER_COUNTY}001"), jpeg(scene(1)))
    refresh(NOW)
    lead = Lead.objects.get()
    assert lead.place_id == CITY
    seen = {}
    for role, code in ((Role.DISCIPLINE, COUNTY), (Role.DISCIPLINE, OTHER_COUNTY), (Role.CITY_DISCIPLINE, CITY)):
        client.force_login(person(role, code))
        listed = client.get(reverse("leads")).context["leads"]
        seen[code] = (len(listed), client.get(lead.get_absolute_url()).status_code)
    assert seen == {COUNTY: (0, 404), OTHER_COUNTY: (0, 404), CITY: (1, 200)}


# ── what inspectors do ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lead(cycles):
    for year in (2025, 2026):
        result(cycles[year], village(1), 25, own=Decimal(35))
    refresh_place(COUNTY, NOW)
    return Lead.objects.get()


@pytest.fixture
def inspector(client):
    user = person(Role.DISCIPLINE, COUNTY)
    client.force_login(user)
    return user


def test_a_lead_opens_to_its_rows_and_is_set_aside_with_a_note(client, inspector, lead):
    page = client.get(lead.get_absolute_url())
    assert page.context["sentence"].startswith(f"{village(1)}：有2年自评高于评审组")
    assert [row["url"] for row, _cells in page.context["rows"]] == [
        reverse("application", args=[one.pk]) for one in village(1).applications.order_by("pk")
    ]
    sent = {"key": page.context["key"], "note": "新班子，已核对"}
    assert client.post(lead.get_absolute_url(), sent | {"note": " "}).status_code == 400
    assert client.post(lead.get_absolute_url(), sent).status_code == 302
    assert client.post(lead.get_absolute_url(), sent).status_code == 302  # a double click
    assert list(lead.notes.values_list("note", "cases")) == [("新班子，已核对", 2)]
    shown = {state: len(client.get(reverse("leads"), {"state": state}).context["leads"]) for state in ("", "aside")}
    assert shown == {"": 0, "aside": 1}


def test_more_cases_bring_a_lead_back_and_its_end_keeps_the_note(cycles, inspector, lead):
    workflow.set_aside(lead, "已核对", by=inspector)
    with pytest.raises(WrongState):
        workflow.set_aside(lead, "再一次", by=inspector)
    refresh_place(COUNTY, NOW)
    assert not Lead.objects.waiting().exists()
    result(cycles[2024], village(1), 20, own=Decimal(35))
    refresh_place(COUNTY, NOW)
    assert Lead.objects.waiting().get().cases == 3
    with pytest.raises(Outdated):
        workflow.set_aside(lead, "已核对", by=inspector, expected=2)
    LeadLimit.objects.create(unit_id=COUNTY, name="gap_points", value=50, set_by=inspector)
    refresh_place(COUNTY, NOW)
    gone = Lead.objects.get()
    assert (gone.gone_at, gone.notes.count()) == (NOW, 1)


def test_a_county_sets_its_limits_before_its_citys(client, inspector, lead, django_capture_on_commit_callbacks):
    city = person(Role.CITY_DISCIPLINE, CITY)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.set_limits(UnitFactory(code=CITY), {"gap_points": 20}, by=city)
        assert Lead.objects.found().exists()  # a worker finds them anew
    assert not Lead.objects.found().exists()
    address = reverse("lead_limits", args=[COUNTY])
    key = client.get(address).context["key"]
    assert client.post(address, {"key": key, "gap_points": "2"}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"key": key, "gap_points": "10"}).status_code == 302
    assert Lead.objects.found().exists()


def test_only_the_commission_sets_aside_and_sets_limits(lead):
    for by in (
        person(Role.COUNTY_OFFICE, COUNTY),
        person(Role.CITY_LEADER, CITY),
        person(Role.DISCIPLINE, OTHER_COUNTY),
    ):
        with pytest.raises(NotAllowed):
            workflow.set_aside(lead, "不看", by=by)
        with pytest.raises(NotAllowed):
            workflow.set_limits(UnitFactory(code=COUNTY), {"jump": 20}, by=by)
    with pytest.raises(Incomplete):
        workflow.set_limits(UnitFactory(code=COUNTY), {"jump": 99}, by=person(Role.DISCIPLINE, COUNTY))


def test_leads_leave_as_no_file(client, inspector, lead):
    for address in (reverse("leads"), lead.get_absolute_url()):
        answer = client.get(address, {"as": "xlsx"})
        assert answer["Content-Type"].startswith("text/html")
        assert "no-store" in answer["Cache-Control"]
