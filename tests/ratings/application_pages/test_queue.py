"""An application's page, the queue, the lists of who has not begun, and the home pages: who finds what there."""

import io
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
from ratings.workflow.decision import DecidedStar, record
from tests.answers import fill
from tests.factories import COUNTY, NEIGHBOUR, TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, person
from tests.form_steps import pressed
from tests.ratings.application_pages.conftest import area_of, as_
from villages.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


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
    assert panel["cycle"].closes == submitted.cycle.windows.get(step="apply").closes
    assert "应申报2个，已申报1个" in client.get(reverse("home")).content.decode()
    panels = as_(client, filler).get(reverse("home")).context["panels"]["main"]
    assert "ratings/home/office.html" not in dict(panels)
