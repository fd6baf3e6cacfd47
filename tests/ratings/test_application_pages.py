"""The pages of an application: the form, saving while typing, the queue, the steps, and who may open which."""

import io
import re
from collections import Counter
from datetime import timedelta

import factory
import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.models import Application, Decision
from ratings.workflow import application as workflow
from ratings.workflow.answers import AnswerEntry, save_answer, save_answers
from ratings.workflow.decision import DecidedStar, record
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.form_steps import key_of, pressed
from tests.markup import squeezed
from tests.ratings.test_application_workflow import NEIGHBOUR, fill
from villages.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@pytest.fixture
def filler():
    UnitFactory(code="33"), UnitFactory(code="3306"), UnitFactory(code=COUNTY), UnitFactory(code=TOWNSHIP)
    return person(Role.FILLER, VILLAGE)


@pytest.fixture
def signer(filler):
    return person(Role.SIGNER, VILLAGE)


@pytest.fixture
def office(filler):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@pytest.fixture
def draft(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    return workflow.choose_star(application, 5, by=filler)


@pytest.fixture
def submitted(draft, filler, signer):
    fill(draft, filler)
    workflow.submit(draft, by=signer)
    return Application.objects.get(pk=draft.pk)


def area_of(application, number=1):
    return reverse("application_area", args=[application.pk, number])


def as_(client, user):
    client.force_login(user)
    return client


# The form.


def test_the_way_to_the_form_begins_it_once(client, filler):
    cycle = CycleFactory()
    page = as_(client, filler).get(reverse("apply"))
    begin = reverse("application_begin", args=[cycle.pk, VILLAGE])
    assert begin in page.content.decode()
    first, second = client.post(begin), client.post(begin)
    application = Application.objects.get()
    assert first.url == second.url == reverse("application_form", args=[application.pk])
    assert client.get(reverse("apply")).url == first.url


def test_the_overview_tells_what_is_missing(client, draft, filler):
    save_answers(draft, [AnswerEntry("1.1.a", "1")], by=filler)
    page = as_(client, filler).get(reverse("application_form", args=[draft.pk]))
    form = page.context["form"]
    assert (form.filled, form.asked) == (1, 6)
    assert [card.criterion.code for card in form.sheets[0].lacking] == ["1.2"]


def test_a_page_saves_everything_and_goes_on(client, draft, filler):
    answer = as_(client, filler).post(area_of(draft), {"1.1.a": "2", "1.2": "96"})
    assert answer.url == area_of(draft, 2)
    assert dict(draft.answers.values_list("item", "typed")) == {"1.1.a": "2", "1.2": "96"}


def test_boxes_left_empty_are_answers_too(client, draft, filler):
    items = [f"2.1.{c}" for c in "abcde"]
    as_(client, filler).post(area_of(draft, 2), {"box": items, "2.1.a": "1", "2.2": "8", "reason:2.2": "齐心"})
    assert {a.item: int(a.value) for a in draft.answers.filter(item__in=items)} == dict(
        zip(items, [1, 0, 0, 0, 0], strict=True)
    )


@pytest.mark.parametrize(
    ("typed", "button", "then"), [("2", "more", "3"), ("2", "less", "1"), ("", "more", "1"), ("", "less", "0")]
)
def test_counters_work_without_script(client, draft, filler, typed, button, then):
    answer = as_(client, filler).post(area_of(draft), {"1.1.a": typed, "1.2": "", button: "1.1.a"})
    assert answer.url == f"{area_of(draft)}#c1-1"
    assert draft.answers.get(item="1.1.a").typed == then


def test_a_wrong_figure_is_kept_with_its_message(client, draft, filler):
    answer = as_(client, filler).post(area_of(draft), {"1.1.a": "0", "1.2": "4.5万"}, follow=True)
    field = answer.context["sheet"].cards[1].fields[0]
    assert (field.typed, field.state, field.problem != "") == ("4.5万", "invalid", True)
    assert 'value="4.5万" aria-invalid="true"' in answer.content.decode()


def test_htmx_saves_one_criterion_and_swaps_only_states(client, draft, filler):
    answer = as_(client, filler).post(
        area_of(draft), {"criterion": "1.1", "1.1.a": "3", "1.2": "50"}, headers={"HX-Request": "true"}
    )
    assert dict(draft.answers.values_list("item", "typed")) == {"1.1.a": "3"}
    swapped = re.findall(r'id="([^"]+)"[^>]*hx-swap-oob', answer.content.decode())
    assert swapped == ["c1-1-points", "c1-1-lack", "c1-1-known", "c1-1-1-state", "dock-points", "areas"]
    assert "8.50" in answer.content.decode()


def test_when_the_window_shuts_what_was_typed_is_kept_on_the_page(client, draft, filler):
    draft.cycle.windows.update(closes=timezone.now())
    answer = as_(client, filler).post(area_of(draft), {"1.1.a": "7", "1.2": "99"})
    assert answer.status_code == 409
    assert [f.typed for card in answer.context["sheet"].cards for f in card.fields] == ["7", "99"]
    assert not draft.answers.exists()


def test_another_persons_answer_is_shown_not_overwritten(client, draft, filler, signer):
    page = as_(client, filler).get(area_of(draft))
    seen = page.context["sheet"].cards[1].fields[0].version
    save_answers(draft, [AnswerEntry("1.2", "97")], by=signer)
    answer = client.post(area_of(draft), {"1.1.a": "1", "1.2": "95", "seen:1.2": seen})
    field = answer.context["sheet"].cards[1].fields[0]
    assert (answer.status_code, field.typed, field.refused) == (409, "95", True)
    assert draft.answers.get(item="1.2").typed == "97"


def test_last_years_values_stand_beside(client, filler):
    last = ApplicationFactory(cycle=CycleFactory(scheme__year=2025))
    last.answers.create(item="1.2", typed="93", value=93)
    draft = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    page = as_(client, filler).get(area_of(draft))
    assert page.context["sheet"].cards[1].fields[0].last == "93"


def test_only_what_was_returned_is_open(client, submitted, filler, office):
    workflow.accept(submitted, by=office)
    workflow.return_(submitted, {"1.2": "与民政的数不符"}, due=timezone.now() + timedelta(days=3), by=office)
    page = as_(client, filler).get(area_of(submitted))
    assert [(c.criterion.code, c.open, c.returned) for c in page.context["sheet"].cards] == [
        ("1.1", False, ""),
        ("1.2", True, "与民政的数不符"),
    ]


# Steps.


def test_the_signer_submits_and_a_second_click_is_told(client, draft, filler, signer):
    fill(draft, filler)
    url = reverse("application_submit", args=[draft.pk])
    key = as_(client, signer).get(url).context["key"]
    assert client.post(url, {"key": key}).url == reverse("application", args=[draft.pk])
    client.post(url, {"key": key})
    assert Application.objects.get(pk=draft.pk).transitions.filter(verb="submit").count() == 1


def test_the_signer_signs_what_the_page_showed_or_looks_again(client, draft, filler, signer):
    fill(draft, filler)
    url = reverse("application_submit", args=[draft.pk])
    shown = as_(client, signer).get(url).context["key"]
    save_answer(draft, "1.2", "91", by=filler)
    stale = client.post(url, {"key": shown})
    assert (stale.status_code, "91" in stale.text) == (409, True)
    assert client.post(url, {"key": stale.context["key"], "star": "5"}).status_code == 400
    first, second = (client.post(url, {"key": stale.context["key"]}, follow=True) for _click in range(2))
    assert (first.status_code, told(second)) == (200, told(first))
    assert Application.objects.get().transitions.filter(verb="submit").count() == 1


def test_the_office_accepts_and_returns_what_it_saw(client, submitted, office, signer):
    as_(client, office)
    accept, back = (reverse(f"application_{verb}", args=[submitted.pk]) for verb in ("accept", "return"))
    given = {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"}
    stale = client.get(accept).context["key"]
    workflow.withdraw(submitted, by=signer, reason="")
    workflow.submit(submitted, by=signer)
    seen = client.post(accept, {"key": stale})
    assert (seen.status_code, client.post(accept, {"key": seen.context["key"]}).status_code) == (409, 302)
    old = client.get(back).context["key"]
    workflow.withdraw(submitted, by=signer, reason="再看一遍")
    workflow.submit(submitted, by=signer)
    workflow.accept(submitted, by=office)
    kept = client.post(back, given | {"key": old})
    assert (kept.status_code, "请核对" in kept.text) == (409, True)
    key = kept.context["key"]
    first, second = (client.post(back, given | {"key": key}, follow=True) for _click in range(2))
    assert (first.redirect_chain, told(second)) == (second.redirect_chain, told(first))
    assert Application.objects.get().returns.count() == 1


def test_a_step_that_no_page_has_shown_is_shown_first(client, submitted, office, signer):
    asked = {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"}

    def refused(user, verb, given=None):
        seen = as_(client, user).post(reverse(f"application_{verb}", args=[submitted.pk]), given)
        assert (verb, seen.status_code, told(seen)[-1]) == (verb, 409, "页面已过期，未作任何处理，请重新核对。")
        return client.post(reverse(f"application_{verb}", args=[submitted.pk]), {**(given or {}), "key": key_of(seen)})

    assert refused(signer, "withdraw", {"reason": "再看一遍"}).status_code == 302
    for user, verb in ((signer, "submit"), (office, "accept")):
        assert refused(user, verb).status_code == 302
    assert refused(office, "return", asked).status_code == 302
    assert refused(signer, "resubmit").status_code in (302, 400)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_what_is_missing_is_listed_with_its_page(client, draft, filler, signer):
    fill(draft, filler, **{"1.2": ("", "")})
    answer = pressed(as_(client, signer), reverse("application_submit", args=[draft.pk]))
    assert answer.status_code == 400
    assert [(p["url"], p["name"]) for p in answer.context["missing"]] == [(f"{area_of(draft)}#c1-2", "1.2 满意率")]


def test_the_office_accepts_and_returns(client, submitted, office):
    pressed(as_(client, office), reverse("application_accept", args=[submitted.pk]))
    url = reverse("application_return", args=[submitted.pk])
    assert client.get(url).status_code == 200
    wrong = pressed(client, url, {"pick-1.2": "on", "reason-1.2": "", "due": "2026-04-08"})
    assert wrong.status_code == 400
    right = pressed(client, url, {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"})
    assert right.url == reverse("application", args=[submitted.pk])
    question = Application.objects.get().returns.get()
    assert [(c.criterion, c.reason) for c in question.criteria.all()] == [("1.2", "请核对")]
    assert timezone.localtime(question.due).isoformat() == "2026-04-09T00:00:00+08:00"


# The page, the queue, and what others may know.


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.FILLER, VILLAGE),
        (Role.SIGNER, VILLAGE),
        (Role.TOWNSHIP_OFFICE, TOWNSHIP),
        (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
        (Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.COUNTY_REVIEWER, COUNTY),
        (Role.COUNTY_OFFICE, COUNTY),
        (Role.DISCIPLINE, COUNTY),
        (Role.CITY_OFFICE, "3306"),
    ],
)
def test_everyone_within_reach_opens_it(client, submitted, role, code):
    page = as_(client, person(role, code)).get(reverse("application", args=[submitted.pk]))
    assert page.status_code == 200
    assert [row.unit_id for row in client.get(reverse("applications")).context["page"]] == [VILLAGE]


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.FILLER, NEIGHBOUR),
        (Role.TOWNSHIP_OFFICE, "330624109"),
        (Role.COUNTY_OFFICE, "330681"),
        (Role.SYSADMIN, "33"),
    ],
)
def test_for_everybody_else_it_is_not_there(client, submitted, role, code):
    as_(client, person(role, code))
    names = ["application", "application_form", "application_submit", "application_accept", "application_return"]
    names += ["application_withdraw", "application_resubmit", "application_resume"]
    for name in names:
        url = reverse(name, args=[submitted.pk])
        assert (name, client.get(url).status_code) == (name, 404)
        if name != "application":
            assert (name, client.post(url).status_code) == (name, 404)
    assert client.post(area_of(submitted), {"1.2": "1"}).status_code == 404


def test_who_may_look_may_not_act(client, submitted):
    as_(client, person(Role.DISCIPLINE, COUNTY))
    for name in ["application_form", "application_submit", "application_accept", "application_return"]:
        assert (name, client.post(reverse(name, args=[submitted.pk])).status_code) == (name, 404)


def decided(submitted, office):
    workflow.accept(submitted, by=office)
    record([DecidedStar(submitted.pk, 3, "")], Decision.Origin.TOWNSHIP, verb="decide_township", by=None)
    return Application.objects.get(pk=submitted.pk)


def test_a_decision_is_not_seen_before_its_release(client, submitted, office, filler):
    application = decided(submitted, office)
    assert application.state == "decided"
    url = reverse("application", args=[application.pk])
    page = as_(client, person(Role.TOWNSHIP_LEADER, TOWNSHIP)).get(url)
    assert page.context["application"].shown_state == "decided"
    assert [step.verb for step in page.context["taken"]][-1] == "decide_township"
    for reader in (filler, person(Role.COUNTY_OFFICE, COUNTY), person(Role.DISCIPLINE, COUNTY)):
        page = as_(client, reader).get(url)
        assert page.context["application"].shown_state == "township_review"
        assert [step.verb for step in page.context["taken"]][-1] == "accept"
        queue = client.get(reverse("applications"))
        assert [(code, n) for code, _label, n in queue.context["states"]] == [("township_review", 1)]
        assert [a.pk for a in client.get(reverse("applications") + "?state=township_review").context["page"]] == [
            application.pk
        ]


def test_the_queue_finds_by_name_and_state(client, submitted, office):
    ApplicationFactory(cycle=submitted.cycle, unit=UnitFactory(code=NEIGHBOUR, name="塔山村"))
    url = reverse("applications")
    as_(client, office)
    assert [a.unit_id for a in client.get(url, {"q": "塔山"}).context["page"]] == [NEIGHBOUR]
    assert [a.unit_id for a in client.get(url, {"q": "１０８" + NEIGHBOUR[-3:]}).context["page"]] == [NEIGHBOUR]
    assert [a.unit_id for a in client.get(url, {"state": "submitted"}).context["page"]] == [VILLAGE]
    assert [a.unit_id for a in client.get(url, {"unit": NEIGHBOUR}).context["page"]] == [NEIGHBOUR]


def test_pages_ask_the_database_little(client, submitted, office, django_assert_max_num_queries):
    for n in range(205, 235):
        ApplicationFactory(cycle=submitted.cycle, unit=UnitFactory(code=f"{TOWNSHIP}{n}"))
    as_(client, office)
    urls = ["applications", "application", "application_form"]
    for url in [
        reverse("applications"),
        *(reverse(name, args=[submitted.pk]) for name in urls[1:]),
        area_of(submitted),
    ]:
        with django_assert_max_num_queries(12) as asked:
            assert (url, client.get(url).status_code) == (url, 200)
        statements = [query["sql"] for query in asked.captured_queries]
        assert max(Counter(statements).values()) <= 2


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_the_form_runs_no_statement_twice(client, filler, office, state, request, django_assert_max_num_queries):
    application = request.getfixturevalue("draft" if state == "draft" else "submitted")
    if state == "returned":
        workflow.accept(application, by=office)
        workflow.return_(application, {"1.2": "请核对"}, due=timezone.now() + timedelta(days=3), by=office)
    as_(client, filler)
    for url in [
        reverse("application_form", args=[application.pk]),
        area_of(application),
        reverse("application_sheet", args=[application.pk]),
    ]:
        with django_assert_max_num_queries(12) as asked:
            assert (url, client.get(url).status_code) == (url, 200)
        assert [sql for sql, times in Counter(q["sql"] for q in asked.captured_queries).items() if times > 1] == []


def test_nothing_is_written_into_pages_unescaped(client, draft, filler):
    save_answers(draft, [AnswerEntry("1.2", "<b>9</b>"), AnswerEntry("2.2", "8", "<script>x</script>")], by=filler)
    shown = ""
    for url in [area_of(draft), area_of(draft, 2), reverse("application", args=[draft.pk])]:
        shown += as_(client, filler).get(url).content.decode()
    assert ("&lt;b&gt;9&lt;/b&gt;" in shown, "&lt;script&gt;x&lt;/script&gt;" in shown) == (True, True)
    assert ("<b>9</b>" in shown, "<script>x</script>" in shown) == (False, False)


def test_the_overview_says_what_puts_the_star_out_of_reach_and_nothing_sooner(client, draft, filler):
    outlook = as_(client, filler).get(reverse("application_form", args=[draft.pk])).context["outlook"]
    assert (outlook.own, outlook.others, outlook.short) == (40, 0, [])
    fill(draft, filler, **{"1.2": ("91", ""), "2.2": ("5", "一般")})
    outlook = as_(client, filler).get(reverse("application_form", args=[draft.pk])).context["outlook"]
    assert (outlook.own, outlook.others, outlook.short) == (0, 0, ["合计为33.00，须达到36.00"])
    save_answers(draft, [AnswerEntry("1.2", "96"), AnswerEntry("2.2", "9", "好")], by=filler)
    outlook = client.get(reverse("application_form", args=[draft.pk])).context["outlook"]
    assert outlook.short == []


def test_the_village_finds_its_next_step_at_home(client, filler, signer, office):
    cycle = CycleFactory()
    as_(client, filler)

    def first():
        return client.get(reverse("home")).context["first"]

    assert first().url == reverse("apply")
    draft = workflow.choose_star(workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler), 3, by=filler)
    form = reverse("application_form", args=[draft.pk])
    assert first().url == form
    fill(draft, filler)
    assert first() is None
    assert signer.name in client.get(reverse("home")).content.decode()
    as_(client, signer)
    assert first().url == reverse("application_submit", args=[draft.pk])
    workflow.submit(draft, by=signer)
    assert first() is None
    as_(client, office)
    assert first().url == reverse("applications") + "?state=submitted&level=below"
    pressed(client, reverse("application_accept", args=[draft.pk]))
    assert first().url == reverse("review_panels")
    workflow.return_(Application.objects.get(), {"1.2": "请核对"}, due=timezone.now() + timedelta(days=3), by=office)
    as_(client, filler)
    question = reverse("application_area", args=[draft.pk, 1]) + "#c1-2"
    assert (first().url, first().urgent, first().days_left) == (question, True, 3)
    assert client.get(reverse("home")).context["panels"]["main"][0][1]["returned"][0]["detail"] == "请核对"


def test_the_office_finds_who_has_not_sent_and_helps(client, draft, office):
    UnitFactory(code=NEIGHBOUR), UnitFactory(code="330624109201")
    url = reverse("applications_not_begun")
    rows = as_(client, office).get(url).context["page"]
    assert [(row["unit"].code, row["application"]) for row in rows] == [(VILLAGE, draft), (NEIGHBOUR, None)]
    begun = client.post(reverse("application_begin", args=[draft.cycle_id, NEIGHBOUR]))
    assert Application.objects.get(unit=NEIGHBOUR).on_behalf
    assert client.get(begun.url).context["on_behalf"]
    more = reverse("application_reopen", args=[draft.cycle_id, NEIGHBOUR])
    assert client.post(more, {"closes": "2026-03-01", "reason": "来不及"}).status_code == 400
    assert client.post(more, {"closes": "2027-01-05", "reason": "来不及"}).url == url
    assert timezone.localtime(draft.cycle.extensions.get().closes).isoformat() == "2027-01-06T00:00:00+08:00"
    assert client.get(reverse("application_reopen", args=[draft.cycle_id, "330624109201"])).status_code == 404
    as_(client, person(Role.DISCIPLINE, COUNTY))
    assert client.get(url).status_code == client.post(more).status_code == 404


def test_everyone_who_has_not_sent_is_listed_page_by_page(client, submitted, office, django_assert_max_num_queries):
    codes = [f"{TOWNSHIP}{n}" for n in range(251, 371)]
    Unit.objects.bulk_create(UnitFactory.build_batch(120, code=factory.Iterator(codes)))
    url, found = reverse("applications_not_begun"), []
    as_(client, person(Role.COUNTY_OFFICE, COUNTY)).get(url)
    for number in (1, 2, 3):
        with django_assert_max_num_queries(25):
            found += [row["unit"].code for row in client.get(url, {"page": number}).context["page"]]
    assert found == codes
    with django_assert_max_num_queries(25):
        book = client.get(url, {"as": "xlsx"}).getvalue()
    cells = {row[0] for row in load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True)}
    assert set(codes) <= cells


def test_the_townships_home_tells_how_many_applied_until_when_and_who_waits(client, submitted, office, filler):
    UnitFactory(code=NEIGHBOUR)
    panels = as_(client, office).get(reverse("home")).context["panels"]["main"]
    panel = dict(panels)["ratings/home/office.html"]
    assert (panel["sent"], panel["all"], [one.pk for one in panel["waiting"]]) == (1, 2, [submitted.pk])
    assert panel["window"].closes == submitted.cycle.windows.get(step="apply").closes
    assert "应申报2个，已申报1个" in client.get(reverse("home")).content.decode()
    panels = as_(client, filler).get(reverse("home")).context["panels"]["main"]
    assert "ratings/home/office.html" not in dict(panels)


def test_the_return_page_takes_a_ready_phrase_before_what_is_typed(client, submitted, office):
    url = reverse("application_return", args=[submitted.pk])
    due = timezone.localdate() + timedelta(days=3)
    as_(client, office)
    workflow.accept(submitted, by=office)
    answer = pressed(client, url, {"phrase-1.2": "0", "reason-1.2": "第2张", "phrase-1.1": "1", "due": due})
    assert answer.status_code == 302
    asked = Application.objects.get().returns.get().criteria.order_by("criterion")
    assert dict(asked.values_list("criterion", "reason")) == {
        "1.1": "材料缺少盖章或签字，请补齐。",
        "1.2": "照片不清楚，请重新拍摄。 第2张",
    }


def test_the_form_shows_first_what_the_village_fills_in(client, filler):
    areas = scheme_body()["areas"]
    areas[0]["criteria"][0]["supplier"] = "department:民政局"
    areas[0]["criteria"][1]["evidence"] = [{"name": "测评表"}]
    areas[2]["criteria"][0]["supplier"] = areas[3]["criteria"][0]["supplier"] = "township"
    application = workflow.begin(
        UnitFactory(code=VILLAGE), CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas))), by=filler
    )
    save_answers(application, [AnswerEntry("1.2", "96")], by=filler)
    overview = as_(client, filler).get(reverse("application_form", args=[application.pk]))
    form = overview.context["form"]
    assert [sheet.area.code for sheet in form.own_sheets] == ["1", "2"]
    assert (overview.context["outlook"].own, overview.context["outlook"].others) == (20, 10)
    place = reverse("application_area", args=[application.pk, 1]) + "#c1-2-files"
    assert f'<a href="{place}"><span>1.2 还差佐证：测评表</span></a>' in squeezed(overview.content.decode())
    page = client.get(area_of(application)).content.decode()
    assert '<a href="#c1-2-files">还差佐证：测评表</a>' in squeezed(page)
    assert page.index('id="c1-2"') < page.index('id="c1-1"')
    after = client.post(area_of(application, 2), {"2.2": "", "box": [f"2.1.{c}" for c in "abcde"]})
    assert after.url == reverse("application_form", args=[application.pk])  # B and D are for others
