"""The form of an application: what it shows, saving while typing, and what is kept when it cannot be saved."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ratings.models import Application
from ratings.workflow import application as workflow
from ratings.workflow.answers import AnswerEntry, save_answers
from tests.answers import fill
from tests.factories import VILLAGE, ApplicationFactory, CycleFactory, SchemeFactory, UnitFactory, scheme_body
from tests.markup import squeezed
from tests.ratings.application_pages.conftest import area_of, as_

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


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
