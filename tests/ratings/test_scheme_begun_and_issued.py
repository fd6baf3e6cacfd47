"""A draft begins from another scheme or an example, and is issued once, exactly as it was shown."""

import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Scheme
from records.previews import Preview
from tests.consultations.agreed import agree_on
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, person
from tests.ratings.scheme_editing import body_of, part_address, shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def test_a_draft_begins_from_another_scheme_once(writer, draft, office):
    page = writer.get(reverse("scheme_begin")).content.decode()
    key = re.search(r'name="key"\s+value="(.*?)"', page)[1]
    sent = {"key": key, "unit": COUNTY, "year": "2027", "source": f"scheme:{draft.pk}"}
    sent["year"] = re.findall(r'<option value="(\d{4})"', page)[0]
    before = Scheme.objects.count()
    answers = [writer.post(reverse("scheme_begin"), sent) for _click in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert Scheme.objects.count() == before + 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_what_is_in_force_is_offered_before_drafts(writer, draft):
    issued = SchemeFactory(unit=draft.unit, year=draft.year - 1)
    offered = writer.get(reverse("scheme_begin")).context["form"].fields["source"].choices
    assert [[value for value, _name in choices] for _group, choices in offered[:2]] == [
        [f"scheme:{issued.pk}"],
        [f"scheme:{draft.pk}"],
    ]


def test_an_example_begins_a_draft(writer, office):
    page = writer.get(reverse("scheme_begin")).content.decode()
    key = re.search(r'name="key"\s+value="(.*?)"', page)[1]
    year = re.findall(r'<option value="(\d{4})"', page)[0]
    sent = {"key": key, "unit": COUNTY, "year": year, "source": "example:two-hundred-points"}
    assert writer.post(reverse("scheme_begin"), sent).status_code == 302
    assert Scheme.objects.get().unit_id == COUNTY


def test_another_countys_draft_is_no_source_but_its_issued_scheme_is(client, draft):
    other = person(Role.COUNTY_OFFICE, "330681")
    issued = SchemeFactory(unit_id=COUNTY, year=2026, name="新昌的标准")
    client.force_login(other)
    page = client.get(reverse("scheme_begin")).content.decode()
    assert f"scheme:{draft.pk}" not in page
    year = re.findall(r'<option value="(\d{4})"', page)[0]
    sent = {
        "key": Preview.objects.get(user=other).key,
        "unit": "330681",
        "year": year,
        "source": "example:two-hundred-points",
    }
    assert client.post(reverse("scheme_begin"), sent | {"source": f"scheme:{draft.pk}"}).status_code == 400
    assert client.post(reverse("scheme_begin"), sent | {"other": f"/schemes/{draft.pk}/"}).status_code == 400
    address = "http://example.cn" + reverse("public_scheme", args=[issued.pk])
    assert client.post(reverse("scheme_begin"), sent | {"other": address}).status_code == 302
    assert Scheme.objects.get(unit_id="330681").name == "新昌的标准"


def test_issuing_does_what_was_shown_and_tells_those_concerned(writer, draft, office):
    signer, reviewer = person(Role.SIGNER, VILLAGE), person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)
    elsewhere = person(Role.SIGNER, "330681001218")
    address = reverse("scheme_issue", args=[draft.pk])
    assert 'name="key"' not in writer.get(address).content.decode()  # nobody was asked yet
    agree_on(draft, by=office)
    key = re.search(r'name="key"\s+value="(.*?)"', writer.get(address).content.decode())[1]
    assert [writer.post(address, {"key": key}).status_code for _click in range(2)] == [302, 302]
    assert Scheme.objects.get(pk=draft.pk).state == "issued"
    told = set(Notice.objects.filter(kind="scheme_issued").values_list("user_id", flat=True))
    assert told == {signer.pk, reviewer.pk}
    assert elsewhere.pk not in told
    assert writer.get(reverse("scheme_edit", args=[draft.pk])).status_code == 404


def test_a_page_of_issuing_that_is_out_of_date_issues_nothing(writer, draft, office):
    agree_on(draft, by=office)
    issue, address = reverse("scheme_issue", args=[draft.pk]), part_address(draft, "a1c1")
    key = re.search(r'name="key"\s+value="(.*?)"', writer.get(issue).content.decode())[1]
    writer.post(address, shown(writer.get(address)) | {"name": "甲"})
    assert writer.post(issue, {"key": key}).status_code == 409
    assert Scheme.objects.get(pk=draft.pk).state == "draft"


def test_what_is_sent_after_issuing_is_refused_in_words_and_kept_in_the_form(writer, draft):
    address, edit = part_address(draft, "a1c1"), reverse("scheme_edit", args=[draft.pk])
    first = shown(writer.get(address))
    writer.post(address, first | {"name": "议事会议"})
    saved, before, mine = shown(writer.get(address)), body_of(draft), first | {"name": "甲"}
    Scheme.objects.filter(pk=draft.pk).update(state="issued", issued_at="2027-01-01T00:00:00Z")
    late = [
        writer.post(address, mine),
        writer.post(address, mine, headers={"hx-request": "true"}),
        writer.post(edit, {"do": "area::", "kind": "base", "seen": "2"}),
        writer.post(edit, {"do": "area::", "kind": "base", "seen": "2"}, headers={"hx-request": "true"}),
        *(writer.post(reverse(f"scheme_{way}", args=[draft.pk]), {"seen": "2"}) for way in ("undo", "redo")),
    ]
    assert [(one.status_code, "该考评标准已经印发。" in one.content.decode()) for one in late] == [(409, True)] * 6
    assert (shown(late[0])["name"], shown(late[0])["was"], body_of(draft)) == ("甲", first["was"], before)
    (forget,) = re.findall(r'href="([^"]*)" data-forget', late[1].content.decode())
    assert forget == reverse("scheme", args=[draft.pk])
    again = writer.get(address)  # where the copy on the device leads
    assert (again.status_code, again.context["issued"], shown(again)["name"]) == (200, True, "议事会议")
    assert writer.post(address, saved)["Location"] == forget, "nothing is lost of what was saved before"
    writer.force_login(person(Role.COUNTY_OFFICE, "330681"))
    assert [writer.post(one, mine).status_code for one in (address, edit)] == [404, 404]
