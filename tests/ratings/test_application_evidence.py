"""Evidence on the form: who attaches what, when, and who may open it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Evidence
from ratings.workflow import application as workflow
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.evidence import attach, detach
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.answers import WHOLE
from tests.built_once import built_once
from tests.factories import (
    COUNTY,
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.markup import squeezed
from tests.ratings.conftest import SPRING
from tests.records.test_files import EXE, JPEG, PDF
from tests.records.test_pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@built_once(at=SPRING)
def filler(db):
    return person(Role.FILLER, VILLAGE)


@built_once(at=SPRING)
def draft(filler):
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["evidence"] = [{"name": "测评表"}]
    areas[1]["criteria"][0]["supplier"] = "township"
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    application = workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)
    return workflow.choose_star(application, 3, by=filler)


def pdf(name="测评表.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def test_a_piece_is_attached_and_taken_off_with_a_trail(draft, filler):
    piece = attach(draft, "1.2", pdf(), name="测评表", by=filler)
    assert (piece.criterion, piece.name, piece.file.uploaded_by) == ("1.2", "测评表", filler)
    detach(piece, by=filler)
    assert not Evidence.objects.exists()
    assert list(Evidence.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)) == [
        "insert",
        "delete",
    ]


def test_the_same_file_twice_is_one(draft, filler):
    first = attach(draft, "1.2", pdf(), name="测评表", by=filler)
    assert attach(draft, "1.2", pdf("另一个名字.pdf"), name="测评表", by=filler) == first


def test_what_is_sent_again_is_there_and_not_one_too_many(draft, filler, settings):
    settings.UPLOADS_PER_CRITERION = 1
    first = attach(draft, "1.2", pdf(), name="测评表", by=filler)
    assert attach(draft, "1.2", pdf(), name="测评表", by=filler) == first


def test_a_question_takes_only_so_many(draft, filler, settings):
    settings.UPLOADS_PER_CRITERION = 1
    attach(draft, "1.2", pdf(), by=filler)
    with pytest.raises(Incomplete):
        attach(draft, "1.2", pdf(content=PDF + b"2"), by=filler)


def test_what_is_not_asked_for_is_refused(draft, filler):
    with pytest.raises(Incomplete):
        attach(draft, "1.2", pdf(), name="别的材料", by=filler)
    for code in ("2.1", "9.9"):
        with pytest.raises(WrongState):
            attach(draft, code, pdf(), by=filler)


def test_others_do_not_attach(draft):
    for role, code in [(Role.FILLER, NEIGHBOUR), (Role.TOWNSHIP_REVIEWER, TOWNSHIP), (Role.DISCIPLINE, COUNTY)]:
        with pytest.raises(NotAllowed):
            attach(draft, "1.2", pdf(), by=person(role, code))


def test_nothing_changes_after_sending(draft, filler):
    piece = attach(draft, "1.2", pdf(), name="测评表", by=filler)

    mine = {item: typed for item, typed in WHOLE.items() if not item.startswith("2.1")}
    save_answers(draft, [AnswerEntry(item, text, reason) for item, (text, reason) in mine.items()], by=filler)
    workflow.submit(draft, by=person(Role.SIGNER, VILLAGE))
    with pytest.raises(WrongState):
        attach(draft, "1.2", pdf(content=PDF + b"2"), by=filler)
    with pytest.raises(WrongState):
        detach(piece, by=filler)


# Pages.


def area(application, name="application_area"):
    return reverse(name, args=[application.pk, 1])


def test_files_come_with_the_page(client, draft, filler):
    client.force_login(filler)
    client.post(area(draft), {"1.1.a": "1", "1.2": "96", "file:1.2:测评表": pdf(), "file:1.1": pdf("照片.jpg", JPEG)})
    assert sorted(draft.evidence.values_list("criterion", "name", "file__name")) == [
        ("1.1", "", "照片.jpg"),
        ("1.2", "测评表", "测评表.pdf"),
    ]
    assert draft.answers.count() == 2
    client.post(area(draft), {"1.1.a": "1", "1.2": "96", "detach": draft.evidence.get(criterion="1.1").pk})
    assert list(draft.evidence.values_list("criterion", flat=True)) == ["1.2"]


def test_a_refused_file_costs_nothing_that_was_typed(client, draft, filler):
    client.force_login(filler)
    answer = client.post(area(draft), {"1.1.a": "1", "1.2": "96", "file:1.2:测评表": pdf("照片.jpg", EXE)})
    assert answer.status_code == 409
    assert dict(draft.answers.values_list("item", "typed")) == {"1.1.a": "1", "1.2": "96"}
    assert not draft.evidence.exists()


def test_htmx_sends_a_file_and_gets_the_list(client, draft, filler):
    client.force_login(filler)
    url = area(draft, "application_upload")
    answer = client.post(url, {"criterion": "1.2", "file:1.2:测评表": pdf()}, headers={"HX-Request": "true"})
    assert [e.file.name for e in answer.context["card"].pieces[0].files] == ["测评表.pdf"]
    wrong = client.post(url, {"criterion": "1.2", "file:1.2:测评表": pdf("x.pdf", EXE)}, headers={"HX-Request": "true"})
    assert (wrong.status_code, wrong.context["problem"] != "") == (200, True)


def test_only_who_may_open_the_application_opens_its_files(client, draft, filler):
    piece = attach(draft, "1.2", pdf(), name="测评表", by=filler)
    url = reverse("evidence", args=[piece.pk])
    assert client.get(url).status_code == 302
    for role, code, status in [
        (Role.FILLER, VILLAGE, 200),
        (Role.TOWNSHIP_REVIEWER, TOWNSHIP, 200),
        (Role.DISCIPLINE, COUNTY, 200),
        (Role.FILLER, NEIGHBOUR, 404),
        (Role.COUNTY_OFFICE, "330681", 404),
        (Role.AUDITOR, "33", 404),
    ]:
        client.force_login(person(role, code))
        answer = client.get(url)
        assert (role, answer.status_code) == (role, status)
        if status == 200:
            assert b"".join(answer.streaming_content) == PDF
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'"


def test_reviewers_see_where_the_same_file_is_used(client, draft, filler):
    attach(draft, "1.2", pdf(), name="测评表", by=filler)
    other = workflow.begin(UnitFactory(code=NEIGHBOUR, name="塔山村"), draft.cycle, by=person(Role.FILLER, NEIGHBOUR))
    attach(other, "1.1", pdf("照抄.pdf"), by=person(Role.SIGNER, NEIGHBOUR))
    url = reverse("application", args=[draft.pk])
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    piece = client.get(url).context["form"].evidence[0]
    assert [(use.application, use.criterion) for use in piece.elsewhere] == [(other, "1.1")]
    client.force_login(filler)
    assert "塔山村" not in client.get(url).content.decode()


@pytest.mark.parametrize("field", ["file:1.2:测评表", "file:1.2"])
def test_the_same_file_twice_in_one_criterion_is_said_at_upload(client, draft, filler, field):
    client.force_login(filler)
    said = ["“再传.pdf”与已上传的“测评表.pdf”是同一个文件。"]
    url = area(draft, "application_upload")
    first = client.post(url, {"criterion": "1.2", "file:1.2:测评表": pdf()}, headers={"HX-Request": "true"})
    again = client.post(url, {"criterion": "1.2", field: pdf("再传.pdf")}, headers={"HX-Request": "true"})
    assert (first.context["twice"], again.context["twice"]) == ([], said)
    plain = client.post(area(draft), {field: pdf("再传.pdf")}, follow=True)
    assert [str(m) for m in plain.context["messages"] if "同一个" in str(m)] == said


def test_a_photo_is_told_apart_by_its_thumbnail_through_the_same_door(client, draft, filler):
    photo = attach(draft, "1.2", pdf("会场.heic", picture("HEIF")), by=filler)
    paper = attach(draft, "1.2", pdf(), name="测评表", by=filler)
    client.force_login(filler)
    url = reverse("evidence", args=[photo.pk])
    page = client.get(area(draft)).content.decode()
    assert f'<img src="{url}?as=small"' in squeezed(page)
    assert f'href="{url}?as=screen"' in page
    assert f"{reverse('evidence', args=[paper.pk])}?as" not in page
    assert client.get(url, {"as": "small"})["Content-Type"] == "image/jpeg"
    client.force_login(person(Role.FILLER, NEIGHBOUR))
    assert client.get(url, {"as": "small"}).status_code == 404
