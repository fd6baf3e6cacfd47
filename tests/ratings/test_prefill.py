"""Prefills of the form, outliers against last year, documents of the whole application (architecture §6–7)."""

from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from ratings.models import Application
from ratings.models.application import Paper
from ratings.scheme.spec import Question
from ratings.scoring.outliers import jump
from ratings.workflow import application as workflow
from ratings.workflow import cycle as cycles
from ratings.workflow.answers import AnswerEntry, save_answers, version
from ratings.workflow.closing import close
from ratings.workflow.evidence import attach_paper
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import fill, save_answer
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    ProfileFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.form_steps import pressed
from tests.ratings.conftest import SPRING
from tests.records.test_files import PDF

CLOSING = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring", "_english")]
FIGURE, COUNT, TICK = (Question(item="1", kind=kind) for kind in ("figure", "count", "tick"))


@pytest.fixture
def _english():
    with translation.override("en"):
        yield


@built_once(at=SPRING)
def people(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    return {role: person(role, VILLAGE) for role in (Role.FILLER, Role.SIGNER)}


def cycle_with(*figures, year=2026):
    """A cycle whose first area asks for these figures (code, figure, supplier) besides its own two criteria."""
    areas = scheme_body()["areas"]
    for code, figure, supplier in figures:
        areas[0]["criteria"].append(
            {
                "code": code,
                "name": f"指标{code}",
                "max": 5,
                "method": "linear",
                "figure": figure,
                "zero_at": 0,
                "full_at": 5000,
                "supplier": supplier,
            }
        )
    return CycleFactory(scheme=SchemeFactory(year=year, body=scheme_body(year=year, areas=areas)))


def begun(cycle, by):
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=by)


def last_year(**typed):
    application = ApplicationFactory(cycle=CycleFactory(scheme__year=2025))
    for item, text in typed.items():
        application.answers.create(item=item.replace("_", "."), typed=text, value=D(text))


def area(client, application, number=1):
    return client.get(reverse("application_area", args=[application.pk, number])).context["sheet"]


# Prefills.


def test_profile_last_year_and_departments_fill_in_what_they_know(client, people):
    cycle = cycle_with(("1.3", "户数(户)", "village"), ("1.4", "万元", "department:农业农村局"))
    ProfileFactory(unit=UnitFactory(code=VILLAGE), year=2025, households=412)
    last_year(**{"1_1_a": "3", "1_2": "93"}, **{f"2_1_{c}": "1" for c in "abcde"}, **{"2_2": "8"})
    draft = begun(cycle, people[Role.FILLER])
    draft.answers.create(item="1.4", typed="35", value=35, source="department:农业农村局")
    client.force_login(people[Role.FILLER])
    form = client.get(reverse("application_form", args=[draft.pk])).context["form"]
    assert (len(form.criteria), form.to_confirm) == (8, 7)
    fields = {f.item: f for card in area(client, draft).cards for f in card.fields}
    assert {item: (f.typed, f.state, f.last) for item, f in fields.items()} == {
        "1.1.a": ("", "", "3"),
        "1.2": ("93", "known", "93"),
        "1.3": ("412", "known", ""),
        "1.4": ("35", "saved", ""),
    }
    assert [f.known.kind for f in fields.values() if f.known] == ["last_year", "profile"]


def test_what_another_criterion_holds_is_not_asked_twice(client, people):
    income = "集体经营性收入(万元)"
    cycle = cycle_with(("1.3", income, "department:农业农村局"), ("1.4", income, "village"))
    draft = begun(cycle, people[Role.FILLER])
    draft.answers.create(item="1.3", typed="35.5", value=D("35.5"), source="department:农业农村局")
    client.force_login(people[Role.FILLER])
    field = area(client, draft).cards[3].fields[0]
    assert (field.typed, field.known.kind) == ("35.5", "criterion")


def test_what_is_known_counts_only_when_it_is_confirmed(client, people):
    last_year(**{"1_2": "93"})
    draft = begun(CycleFactory(), people[Role.FILLER])
    url = reverse("application_area", args=[draft.pk, 1])
    client.force_login(people[Role.FILLER])
    untouched = {"1.1.a": "0", "1.2": "93", "known:1.2": "93"}
    client.post(url, untouched)
    assert list(draft.answers.values_list("item", flat=True)) == ["1.1.a"]
    client.post(url, untouched | {"confirm": "1.2"})
    assert draft.answers.get(item="1.2").typed == "93"
    assert area(client, draft).known == 0


def test_one_press_confirms_a_page_and_a_corrected_value_needs_none(client, people):
    last_year(**{f"2_1_{c}": "1" for c in "abcde"})
    draft = begun(CycleFactory(), people[Role.FILLER])
    url = reverse("application_area", args=[draft.pk, 2])
    client.force_login(people[Role.FILLER])
    items = [f"2.1.{c}" for c in "abcde"]
    page = {"box": items, "2.2": ""} | {f"known:{item}": "1" for item in items}
    client.post(url, page | dict.fromkeys(items[1:], "1"))
    assert dict(draft.answers.values_list("item", "typed")) == {"2.1.a": "0"}
    client.post(url, page | dict.fromkeys(items[1:], "1") | {"confirm": "*"})
    assert dict(draft.answers.values_list("item", "typed")) == {"2.1.a": "0"} | dict.fromkeys(items[1:], "1")


# Outliers.


@pytest.mark.parametrize(
    ("question", "now", "last", "words"),
    [
        (FIGURE, "120", "10", "12 times last year's: is that right?"),
        (FIGURE, "35", "10", "3.5 times last year's: is that right?"),
        (FIGURE, "9.5", "95", "Last year it was 10 times as much: is that right?"),
        (COUNT, "8", "0", "Last year it was 0: is that right?"),
        (COUNT, "0", "8", "Last year it was 8, now 0: is that right?"),
        (FIGURE, "-40", "38", "Last year it was 38: is that right?"),
        (FIGURE, "29.9", "10", None),
        (COUNT, "4", "0", None),
        (COUNT, "1", "5", None),
        (TICK, "0", "1", None),
        (FIGURE, None, "10", None),
        (FIGURE, "10", None, None),
    ],
)
def test_what_is_far_from_last_year_is_asked_about(question, now, last, words):
    asked = jump(question, now and D(now), last and D(last))
    assert (asked and asked.words) == words


def test_yes_it_is_right_is_one_press_and_ends_with_the_next_value(client, people):
    last_year(**{"1_1_a": "10"})
    draft = begun(CycleFactory(), people[Role.FILLER])
    client.force_login(people[Role.FILLER])
    url = reverse("application_area", args=[draft.pk, 1])
    client.post(url, {"1.1.a": "120", "1.2": ""})
    assert [(card.criterion.code, f.item) for card, f in area(client, draft).odd] == [("1.1", "1.1.a")]
    assert client.post(url, {"1.1.a": "120", "1.2": "", "sure": "1.1.a"}).url == f"{url}#c1-1"
    assert (draft.answers.get().sure, area(client, draft).odd) == (True, [])
    client.post(url, {"1.1.a": "130", "1.2": ""})
    assert not draft.answers.get().sure


def test_an_odd_figure_is_shown_before_sending_and_sent_all_the_same(client, people):
    last_year(**{"1_1_a": "10"})
    draft = workflow.choose_star(begun(CycleFactory(), people[Role.FILLER]), 5, by=people[Role.FILLER])
    fill(draft, people[Role.FILLER], **{"1.1.a": ("0", "")})
    client.force_login(people[Role.SIGNER])
    url = reverse("application_submit", args=[draft.pk])
    assert [place["name"] for place in client.get(url).context["odd"]] == ["1.1 村民代表会议"]
    pressed(client, url)
    assert Application.objects.get(pk=draft.pk).state == "submitted"


# Two devices, and repeated requests.


def test_another_device_is_not_overwritten_and_both_values_are_shown(client, people):
    filler = people[Role.FILLER]
    draft = begun(CycleFactory(), filler)
    seen = version(save_answer(draft, "1.2", "90", by=filler).answer)
    with freeze_time("2026-04-01T03:00:00Z"):
        save_answer(draft, "1.2", "97", by=filler, seen=seen)
    client.force_login(filler)
    url = reverse("application_area", args=[draft.pk, 1])
    mine = {"1.1.a": "1", "1.2": "95", "seen:1.2": seen}
    answer = client.post(url, mine)
    field = answer.context["sheet"].cards[1].fields[0]
    assert (answer.status_code, field.typed, field.stands.typed, field.version) == (409, "95", "97", seen)
    assert client.post(url, mine).status_code == 409
    client.post(url, mine | {"take": "1.2"})
    assert draft.answers.get(item="1.2").typed == "97"
    client.post(url, mine | {"keep": "1.2", "stands:1.2": field.stands_version})
    assert draft.answers.get(item="1.2").typed == "95"


def test_what_is_sent_twice_is_kept_once(people):
    filler = people[Role.FILLER]
    draft = begun(CycleFactory(), filler)
    for _again in range(3):
        save_answers(draft, [AnswerEntry("1.2", "95", seen="")], by=filler)
    assert draft.answers.get().history.count() == 1


def test_a_device_that_did_not_hear_back_goes_on_from_what_it_sent(people):
    filler = people[Role.FILLER]
    draft = begun(CycleFactory(), filler)
    save_answers(draft, [AnswerEntry("1.2", "95", seen="")], by=filler)
    kept = save_answers(draft, [AnswerEntry("1.2", "96", seen="", sent=("94", "95"))], by=filler)["1.2"]
    assert (kept.refused, draft.answers.get().typed) == (False, "96")
    assert save_answers(draft, [AnswerEntry("1.2", "91", seen="", sent=("94",))], by=filler)["1.2"].taken


# Documents.


def pdf(name="记录.pdf"):
    return SimpleUploadedFile(name, PDF)


def test_without_the_minutes_it_is_not_sent_where_the_county_asks_for_them(client, people):
    office, cycle = person(Role.COUNTY_OFFICE, COUNTY), CycleFactory()
    cycles.ask_for_minutes(cycle, True, by=office)
    draft = workflow.choose_star(begun(cycle, people[Role.FILLER]), 5, by=people[Role.FILLER])
    fill(draft, people[Role.FILLER])
    client.force_login(people[Role.SIGNER])
    url = reverse("application_submit", args=[draft.pk])
    refused = pressed(client, url)
    overview = reverse("application_form", args=[draft.pk])
    assert refused.status_code == 400
    assert [place["url"] for place in refused.context["missing"]] == [f"{overview}#papers"]
    client.post(reverse("application_papers", args=[draft.pk]), {"minutes": pdf()})
    assert pressed(client, url).url == reverse("application", args=[draft.pk])
    papers = client.get(reverse("application", args=[draft.pk])).context["papers"]
    assert [(piece.paper, [e.file.name for e in piece.files]) for piece in papers] == [("minutes", ["记录.pdf"])]


def test_papers_come_and_go_while_the_form_is_open(client, people):
    draft = begun(CycleFactory(), people[Role.FILLER])
    client.force_login(people[Role.FILLER])
    url = reverse("application_papers", args=[draft.pk])
    client.post(url, {"stamped": [pdf("一.pdf"), pdf("二.pdf")]})
    assert draft.evidence.count() == 1  # the same bytes
    client.post(url, {"detach": draft.evidence.get().pk})
    assert draft.evidence.count() == 0
    with pytest.raises(Incomplete):
        attach_paper(draft, "anything", pdf(), by=people[Role.FILLER])
    with pytest.raises(NotAllowed):
        attach_paper(draft, Paper.STAMPED, pdf(), by=person(Role.FILLER, "330624108205"))


def test_a_paper_sent_as_it_is_chosen_is_refused_beside_its_button(client, people):
    draft = begun(CycleFactory(), people[Role.FILLER])
    client.force_login(people[Role.FILLER])
    url = reverse("application_papers", args=[draft.pk])
    refused = client.post(url, {"stamped": SimpleUploadedFile("表.exe", b"MZ")}, headers={"HX-Request": "true"})
    assert (refused.status_code, bool(refused.context["problem"]), draft.evidence.count()) == (200, True, 0)
    assert refused.templates[0].name == "ratings/application/papers.html"
    taken = client.post(url, {"stamped": pdf()}, headers={"HX-Request": "true"})
    assert (taken["HX-Refresh"], draft.evidence.count()) == ("true", 1)


def test_the_county_alone_asks_for_minutes_and_not_of_a_closed_cycle(people):
    cycle = CycleFactory()
    with pytest.raises(NotAllowed):
        cycles.ask_for_minutes(cycle, True, by=person(Role.COUNTY_OFFICE, "330681"))
    office = person(Role.COUNTY_OFFICE, COUNTY)
    close(cycle, by=office, **CLOSING)
    with pytest.raises(WrongState):
        cycles.ask_for_minutes(cycle, True, by=office)
