"""The public page for the check code of a printed document: that it was issued, whose and when; nothing more."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from records.documents import issue
from tests.clock import freeze_time
from tests.factories import VILLAGE, UnitFactory, person


@pytest.fixture
def code(db):
    with freeze_time("2026-10-12T02:00:00Z"):
        unit = UnitFactory(code=VILLAGE, name="沙溪村")
        return issue("2026年度评星说明", {"star": "四星级"}, unit=unit.code, by=person(Role.SIGNER, VILLAGE))


def test_a_paper_is_found_by_its_code_however_it_is_typed(code):
    for typed in (code, code.lower(), code.replace("-", " ")):
        asked = Client().get(reverse("certificate_ask"), {"code": typed})
        assert asked.url == reverse("certificate", args=[code.replace("-", "")])


def test_it_says_title_unit_and_day_and_nothing_that_stands_in_the_paper(code):
    answer = Client().get(reverse("certificate", args=[code]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (answer.context["paper"].title, answer.context["unit"].name) == ("2026年度评星说明", "沙溪村")
    assert 'datetime="2026-10-12"' in page
    assert "四星级" not in page


def test_a_code_that_was_never_given_says_so_and_has_no_page(code):
    wrong = ("B" if code[0] == "A" else "A") + code[1:]
    page = Client().get(reverse("certificate_ask"), {"code": wrong})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["code"])
    assert Client().get(reverse("certificate", args=[wrong])).status_code == 404
