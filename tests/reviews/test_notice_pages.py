"""The public notice: read, printed and objected to by anyone, without an account."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Appointment
from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application
from records.models import StoredFile
from reviews.models import Batch, Objection
from reviews.workflow import batches, decisions, objections
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, person
from tests.form_steps import listed
from tests.markup import squeezed
from tests.requests_by_role import text_of
from tests.reviews.conftest import SOUND, prepare, score_township
from tests.reviews.test_pages import _plain, get, text  # noqa: F401 - a fixture
from tests.small_files import PNG
from villages.models import Unit


def object_to(released, **changes):
    url = reverse("public_notice", args=[released.batch.pk])
    return Client().post(url, {"decision": released.decision.pk, "text": "账目没有公开。"} | changes)


def test_anyone_objects_without_an_account_and_looks_up_the_answer(released):
    objection_page = text(object_to(released, name="王某", contact="13800000000"))
    objection = Objection.objects.get()
    assert objection.receipt in objection_page
    typed = objection.receipt.lower().replace("-", "　")
    page = text(Client().get(reverse("objection_status"), {"receipt": typed}))
    assert objection.unit.name in page
    assert [secret for secret in ("王某", "13800000000") if secret in page] == []
    assert 'role="alert"' in text(Client().get(reverse("objection_status"), {"receipt": "XXXX-XXXX-XXXX"}))
    assert get(released.township_leader, "review_objections").status_code == 404
    assert objection.receipt in text(get(released.township_office, "review_objections"))
    url = reverse("review_objection", args=[objection.pk])
    assert "王某" in text(get(released.township_office, "review_objection", objection.pk))
    assert client_of(released.county_office).post(url, {"do": "dismiss", "answer": "x"}).status_code == 404
    assert client_of(released.township_office).post(url, {"do": "dismiss", "answer": ""}).status_code == 200
    office, given = client_of(released.township_office), {"do": "dismiss", "answer": "已核实，账目公开了。"}
    confirmation = listed(office, url, given)
    first, second = (office.post(url, confirmation, follow=True) for _click in range(2))
    assert [str(m) for m in first.context["messages"]] == [str(m) for m in second.context["messages"]]
    assert "已核实" in text(Client().get(reverse("objection_status"), {"receipt": objection.receipt}))


def test_an_answer_to_an_objection_is_given_as_it_was_listed_or_not_at_all(released):
    object_to(released)
    objection, office = Objection.objects.get(), client_of(released.township_office)
    url = reverse("review_objection", args=[objection.pk])
    confirmation = listed(office, url, {"do": "uphold", "answer": "属实。"})
    assert (Objection.objects.get().state, office.post(url, {"confirmed": "yes"}).status_code) == ("open", 409)
    objections.dismiss(objection, by=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="colleague"), answer="不属实。")
    late = office.post(url, confirmation)
    assert (late.status_code, "不属实。" in late.content.decode()) == (409, True)
    assert f"<strong>{late.context['error']}</strong>" in squeezed(late.content.decode())  # though its form is gone
    released.decision.refresh_from_db()
    assert (Objection.objects.get().state, released.decision.state) == ("dismissed", "released")


def test_the_same_objection_from_one_place_is_one(released):
    """Spaces make no difference; another place, person or village does."""
    first, second = object_to(released), object_to(released, text=" 账目没有公开。\r\n")
    objection = Objection.objects.get()
    assert [objection.receipt in text(answer) for answer in (first, second)] == [True, True]
    assert Notice.objects.filter(kind="objection_made").count() == 1
    url = reverse("public_notice", args=[released.batch.pk])
    Client(REMOTE_ADDR="10.0.0.7").post(url, {"decision": released.decision.pk, "text": "账目没有公开。"})
    object_to(released, name="王某")
    assert Objection.objects.count() == 3
    api = {"decision": released.decision.pk, "text": "账目没有公开。"}
    answer = Client().post("/api/v1/objections/", api, content_type="application/json")
    assert (answer.status_code, answer.json()["receipt"]) == (201, objection.receipt)


def test_an_empty_objection_a_robot_and_a_flood_are_turned_away(released):
    object_to(released, text="")
    object_to(released, website="http://spam")
    object_to(released, decision=0)
    assert Objection.objects.count() == 0
    for n in range(8):
        answer = object_to(released, text=f"账目没有公开，已经三个月。{n}")
    assert Objection.objects.count() <= 5
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "账目没有公开，已经三个月。" in page  # kept, with an alternative
    assert "请一小时后再提交，或在2026年10月10日前" in page.replace(" ", "")


def test_anyone_prints_the_poster_of_a_notice_and_of_nothing_else(released):
    answer = get(None, "notice_poster", released.batch.pk)
    assert (answer["Content-Type"], b"".join(answer)[:5]) == ("application/pdf", b"%PDF-")
    assert get(None, "notice_poster", 987654321).status_code == 404


def test_the_poster_names_the_offices_telephone(released):
    office = Appointment.objects.filter(role=Role.TOWNSHIP_OFFICE, unit=TOWNSHIP)
    for phone, named in (("13800005721", False), ("0575-85001208", True)):
        office.update(phone=phone)
        poster = PdfReader(BytesIO(b"".join(get(None, "notice_poster", released.batch.pk))))
        assert (phone in "".join(page.extract_text() for page in poster.pages)) == named


def test_a_provisional_calendar_is_told_by_page_poster_and_api(released):
    addresses = [reverse(name, args=[released.batch.pk]) for name in ("public_notice", "notice_poster")]
    addresses.append(f"/api/v1/notices/{released.batch.pk}/")
    told = "2027年暂按法定节假日计算"
    assert [told in "".join(text_of(Client().get(address)).split()) for address in addresses] == [False] * 3
    Batch.objects.filter(pk=released.batch.pk).update(confirms_on=date(2027, 1, 4))
    assert [told in "".join(text_of(Client().get(address)).split()) for address in addresses] == [True] * 3


def test_after_the_last_day_there_is_no_form_and_who_sends_one_is_told(released):
    assert 'name="text"' in text(get(None, "public_notice", released.batch.pk))
    with freeze_time("2026-10-10T16:00:00Z"):
        page = text(get(None, "public_notice", released.batch.pk))
        late = object_to(released)
    assert 'name="text"' not in page
    assert (late.status_code, Objection.objects.count()) == (409, 0)
    told = (late.context["why"], late.context["written"])
    assert told == ("公示期已过，您提交的内容没有收下。", ["账目没有公开。"])


def test_what_was_overturned_is_gone_from_the_public_notice(released):
    assert released.application.unit.name in text(get(None, "public_notice", released.batch.pk))
    objection = objections.make_objection(released.decision, text="账目没有公开。")
    objections.uphold(objection, by=released.township_office, answer="属实")
    assert released.application.unit.name not in text(get(None, "public_notice", released.batch.pk))


def test_an_objection_takes_a_photo_that_only_those_who_answer_see(released, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert "这类文件不能上传" in text(object_to(released, photo=SimpleUploadedFile("公开栏.png", b"no picture")))
    assert "不是照片" in text(object_to(released, photo=SimpleUploadedFile("公开栏.pdf", b"%PDF-1.7\n1 0 obj\n")))
    assert not Objection.objects.exists()
    assert not StoredFile.objects.filter(uploaded_by=None).exists()
    assert "无法作为照片打开" in text(object_to(released, photo=SimpleUploadedFile("公开栏.png", PNG[:40])))
    object_to(released, photo=SimpleUploadedFile("公开栏.png", PNG))
    objection = Objection.objects.get()
    assert get(released.township_office, "review_objection_photo", objection.pk).status_code == 200
    picture = reverse("review_objection_photo", args=[objection.pk])
    assert picture in text(get(released.township_office, "review_objection", objection.pk))
    assert get(None, "review_objection_photo", objection.pk).status_code == 302
    for person_ in (released.township_leader, released.county_office, released.filler):
        assert get(person_, "review_objection_photo", objection.pk).status_code == 404
    status = text(Client().get(reverse("objection_status"), {"receipt": objection.receipt}))
    assert objection.unit.name in status
    assert picture not in status


@pytest.mark.parametrize(("typed", "found"), [("塔山", 0), ("沙溪", 1), (VILLAGE[-3:], 1), ("", 1)])
def test_notices_are_found_by_place(released, typed, found):
    Unit.objects.filter(pk=VILLAGE).update(name="沙溪村")
    assert len(Client().get(reverse("public_notices"), {"q": typed}).context["page"]) == found


def test_a_notice_says_where_to_ask(released):
    unit = released.batch.unit
    page = squeezed(text(get(None, "public_notice", released.batch.pk)))
    assert f"<strong>{unit.name}评星晋级工作经办人</strong></p>" in page
    held = Appointment.objects.filter(user=released.township_office)
    held.update(phone="13800005721")
    assert "13800005721" not in text(get(None, "public_notice", released.batch.pk))
    held.update(phone="0575-85001208")
    assert '<a class="nowrap" href="tel:0575-85001208">' in squeezed(
        text(get(None, "public_notice", released.batch.pk))
    )


@pytest.mark.parametrize(
    ("applied", "star", "reason", "why"),
    [
        (4, 3, "", ""),
        (2, 2, "", "申报的就是二星。"),
        (3, 2, "村里有账目未清。", "由审定会议研究决定，理由载入会议纪要。"),
    ],
)
def test_a_notice_says_in_a_sentence_why_a_star_is_below_what_points_suggest(place, applied, star, reason, why):
    Application.objects.filter(pk=place.application.pk).update(applied_star=applied)
    place.application.refresh_from_db()
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=star, reason=reason, by=place.township_leader)
    page = get(None, "public_notice", batches.release(prepare(place), by=place.township_office).pk)
    assert [one.why for _town, rows in page.context["groups"] for one in rows] == [why]
    assert "账目未清" not in text(page)
