"""本年没有…: a village says why it has no such document, instead of inventing one; reviewers see it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.roles import Role
from ratings.models import Absence, Window
from ratings.workflow import application as workflow
from ratings.workflow.answers import given_of
from ratings.workflow.completeness import problems_of
from ratings.workflow.evidence import attach, declare_absent, take_back_absence
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import save_answer
from tests.built_once import built_once
from tests.factories import (
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.markup import squeezed
from tests.ratings.conftest import SPRING
from tests.records.test_files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
REASON = "本年没有工程项目"


@built_once(at=SPRING)
def filler(db):
    return person(Role.FILLER, VILLAGE)


@built_once(at=SPRING)
def draft(filler):
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["evidence"] = [{"name": "中标公示"}]
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)


def lacking(application):
    [(_application, problems)] = problems_of([application], given_of([application]))
    return problems.get("1.2", "")


def declare(draft, by, **changes):
    asked = {"criterion": "1.2", "name": "中标公示", "reason": REASON} | changes
    return declare_absent(draft, asked["criterion"], asked["name"], reason=asked["reason"], by=by)


def test_it_stands_for_the_document_alone(draft, filler):
    save_answer(draft, "1.2", "96", by=filler)
    assert lacking(draft) == "还差佐证：中标公示"
    declare(draft, filler)
    declare(draft, filler, reason=f"{REASON}。")
    assert lacking(draft) == ""
    assert draft.absences.values_list("reason", flat=True).get() == f"{REASON}。"
    save_answer(draft, "1.2", "", by=filler)
    assert draft.answers.get(item="1.2").value is None
    save_answer(draft, "1.2", "", by=filler)
    take_back_absence(draft, "1.2", "中标公示", by=filler)
    save_answer(draft, "1.2", "96", by=filler)
    assert lacking(draft) == "还差佐证：中标公示"


def test_a_file_takes_its_place_and_keeps_it(draft, filler):
    declare(draft, filler)
    attach(draft, "1.2", SimpleUploadedFile("公示.pdf", PDF), name="中标公示", by=filler)
    assert not Absence.objects.exists()
    with pytest.raises(Incomplete):
        declare(draft, filler)


def test_only_named_pieces_with_a_reason_by_those_who_fill_in(draft, filler):
    for change in ({"reason": "  "}, {"reason": "长" * 301}, {"name": "别的材料"}, {"criterion": "1.1"}):
        with pytest.raises(Incomplete):
            declare(draft, filler, **change)
    with pytest.raises(WrongState):
        declare(draft, filler, criterion="9.9")
    for other in (person(Role.FILLER, NEIGHBOUR), person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)):
        with pytest.raises(NotAllowed):
            declare(draft, other)
    assert not Absence.objects.exists()


def test_the_page_says_it_and_takes_it_back(client, draft, filler):
    client.force_login(filler)
    url = reverse("application_area", args=[draft.pk, 1])
    place = {"1.1.a": "", "1.2": ""}
    client.post(url, place | {"absent:1.2:中标公示": "", "none": "1.2:中标公示"})
    assert not Absence.objects.exists()
    client.post(url, place | {"absent:1.2:中标公示": REASON})
    assert REASON in client.get(url).content.decode()
    assert REASON in client.get(reverse("application", args=[draft.pk])).content.decode()
    client.post(url, place | {"present": "1.2:中标公示"})
    assert not Absence.objects.exists()


def test_a_refused_reason_stays_in_its_field(client, draft, filler):
    client.force_login(filler)
    typed = "长" * 301
    for name, headers in (("application_area", {}), ("application_upload", {"HX-Request": "true"})):
        url = reverse(name, args=[draft.pk, 1])
        answer = client.post(url, {"criterion": "1.2", "absent:1.2:中标公示": typed}, headers=headers)
        assert f'maxlength="300">{typed}</textarea>' in squeezed(answer.content.decode())


def test_a_reason_that_comes_too_late_stays_in_its_field(client, draft, filler):
    client.force_login(filler)
    Window.objects.update(closes=at(2026, 3, 1))
    url = reverse("application_area", args=[draft.pk, 1])
    answer = client.post(url, {"1.2": "96", "absent:1.2:中标公示": REASON})
    assert (answer.status_code, Absence.objects.exists()) == (409, False)
    assert f'maxlength="300">{REASON}</textarea>' in squeezed(answer.content.decode())


def test_a_reason_beside_a_file_is_shown_as_not_saved(client, draft, filler):
    client.force_login(filler)
    attach(draft, "1.2", SimpleUploadedFile("公示.pdf", PDF), name="中标公示", by=filler)
    answer = client.post(reverse("application_area", args=[draft.pk, 1]), {"1.2": "96", "absent:1.2:中标公示": REASON})
    assert f"没有保存：中标公示“{REASON}”" in answer.content.decode()


def test_as_it_is_said_the_card_answers(client, draft, filler):
    client.force_login(filler)
    url = reverse("application_upload", args=[draft.pk, 1])
    said = {"criterion": "1.2", "absent:1.2:中标公示": REASON, "none": "1.2:中标公示"}
    assert REASON in client.post(url, said, headers={"HX-Request": "true"}).content.decode()


def test_the_office_that_may_return_it_reads_the_reason(client, draft, filler):
    sent = ApplicationFactory(cycle=draft.cycle, unit=UnitFactory(code=NEIGHBOUR), state="township_review")
    Absence.objects.create(application=sent, criterion="1.2", name="中标公示", reason=REASON, by=filler)
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    page = client.get(reverse("application_return", args=[sent.pk])).content.decode()
    assert f"本年没有，原因：{REASON}" in page


def test_the_api_does_the_same(draft, filler):
    api = APIClient()
    api.force_login(filler)
    url = reverse("api-application-absence", args=[draft.pk])
    said = {"criterion": "1.2", "name": "中标公示", "reason": REASON}
    assert api.post(url, said, format="json").data["absences"] == [said]
    assert api.post(url, said | {"reason": ""}, format="json").data["absences"] == []
    assert api.post(url, said | {"name": "别的材料"}, format="json").status_code == 400
