"""The scheme on a page: read by all who are rated or rate by it, by the public once issued, one press from a score."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.roles import Role
from ratings.presenters.scheme_page import criterion_address
from ratings.scheme.wording import rule_lines
from ratings.workflow.scheme import import_scheme
from tests.built_once import built_once
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, SchemeFactory, UnitFactory, person, scheme_body
from tests.markup import squeezed

pytestmark = pytest.mark.django_db


@built_once
def issued(county):
    return import_scheme(scheme_body(), by=None, issue=True)


@built_once
def county(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)


@built_once
def draft(county):
    return SchemeFactory(unit_id=COUNTY, year=2027, state="draft", issued_at=None)


def found(response, pattern: str) -> list[str]:
    assert response.status_code == 200
    return [unescape(one) for one in re.findall(pattern, squeezed(response.content.decode()), re.DOTALL)]


def card(response, code: str) -> tuple[str, list[str]]:
    """The heading and the rule of a criterion on the page."""
    (section,) = found(response, rf'<section class="card stack" id="c-{re.escape(code)}".*?</section>')
    return re.search(r"<h3[^>]*> ?(.*?) ?</h3>", section)[1], re.findall(r"<li> ?(.*?) ?</li>", section)


READERS = [
    (Role.FILLER, VILLAGE),
    (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
    (Role.COUNTY_OFFICE, COUNTY),
    (Role.DEPARTMENT, COUNTY),
    (Role.DISCIPLINE, COUNTY),
    (Role.CITY_LEADER, "3306"),
]


@pytest.mark.parametrize(("role", "code"), READERS)
def test_everybody_around_reads_an_issued_scheme(client, issued, role, code):
    client.force_login(person(role, code))
    response = client.get(reverse("scheme", args=[issued.pk]))
    assert card(response, "1.1") == ("1.1 村民代表会议", rule_lines(issued.spec.criteria[0]))


def test_another_county_finds_nothing(client, issued):
    client.force_login(person(Role.COUNTY_OFFICE, "330681"))
    assert client.get(reverse("scheme", args=[issued.pk])).status_code == 404
    assert client.get(reverse("scheme_paper", args=[issued.pk])).status_code == 404
    listed = client.get(reverse("schemes"))
    assert listed.status_code == 200
    assert issued.name not in listed.content.decode()


@pytest.mark.parametrize(
    ("role", "code", "status"),
    [(*reader, 404) for reader in READERS if reader[0] != Role.COUNTY_OFFICE] + [(Role.COUNTY_OFFICE, COUNTY, 200)],
)
def test_a_draft_is_seen_by_those_who_write_it_alone(client, draft, issued, role, code, status):
    client.force_login(person(role, code))
    assert client.get(reverse("scheme", args=[draft.pk])).status_code == status
    listed = found(client.get(reverse("schemes")), r'<th role="rowheader" scope="row"><a href="(.*?)">')
    drafts = [reverse("scheme", args=[draft.pk])] if status == 200 else []
    assert listed == [*drafts, reverse("scheme", args=[issued.pk])]


def test_the_public_reads_an_issued_scheme_and_no_draft(client, issued, draft):
    register = client.get(reverse("public_register_place", args=[TOWNSHIP]))
    address = reverse("public_scheme", args=[issued.pk])
    assert found(register, r'href="(/public/schemes/.*?)"') == [address]
    assert card(client.get(address), "1.1")[0] == "1.1 村民代表会议"
    assert client.get(reverse("public_scheme", args=[draft.pk])).status_code == 404
    assert client.get(reverse("public_scheme_paper", args=[draft.pk])).status_code == 404


def test_the_paper_holds_every_criterion(client, issued):
    response = client.get(reverse("public_scheme_paper", args=[issued.pk]))
    paper = PdfReader(BytesIO(b"".join(response.streaming_content)))
    flat = "".join("".join(page.extract_text() for page in paper.pages).split())
    assert [c.name for c in issued.spec.criteria if c.name not in flat] == []


def test_what_an_event_does_stands_there(client, issued):
    client.force_login(person(Role.SIGNER, VILLAGE))
    (section,) = found(
        client.get(reverse("scheme", args=[issued.pk])),
        r'<section class="stack" aria-labelledby="events">.*?</section>',
    )
    assert re.findall(r"<dt> ?(.*?) ?</dt><dd> ?(.*?) ?</dd>", section) == [
        ("村干部被立案审查", "最高3星，为期12个月，自动生效<br>降1星，为期6个月，经确认后生效"),
        ("抽查不合格", "降1星，为期3个月，自动生效"),
    ]


def test_an_address_of_a_criterion_with_an_odd_code(issued):
    assert criterion_address(issued.pk, "一#1") == f"/schemes/{issued.pk}/#c-%E4%B8%80%231"


def test_the_api_gives_the_file(client, issued, draft):
    client.force_login(person(Role.FILLER, VILLAGE))
    listed = client.get(reverse("api-scheme-list")).json()["results"]
    assert [one["id"] for one in listed] == [issued.pk]
    assert client.get(reverse("api-scheme-detail", args=[issued.pk])).json()["body"]["areas"][0]["code"] == "1"
    assert client.get(reverse("api-scheme-detail", args=[draft.pk])).status_code == 404
