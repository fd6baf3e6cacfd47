"""Malicious sheets through the page: each is refused with an explanation, quickly, in little memory, and
changes nothing."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from tests.factories import COUNTY, TOWNSHIP, UnitFactory, person
from tests.memory import forget_peak, peak
from tests.sheets_made import hostile, row
from villages.models import Profile

pytestmark = pytest.mark.django_db
HEADS = row("区划代码", "年度", "人口", "户数", "集体经济收入（万元）")
FILES = hostile(HEADS)
SECONDS, BYTES = 5, 300_000_000


@pytest.fixture
def office(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    for code in (COUNTY, TOWNSHIP, f"{TOWNSHIP}204"):
        UnitFactory(code=code)
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_sheet_is_answered(client, office, name):
    upload = SimpleUploadedFile("a.xlsx", FILES[name]())
    held, began = forget_peak(), time.process_time()
    answer = client.post(reverse("unit_profiles_sheet"), {"sheet": upload})
    assert time.process_time() - began < SECONDS
    assert peak() - held < BYTES
    assert answer.status_code in (200, 409)
    assert answer.context.get("refused") or answer.context["sheet_form"].errors
    assert not Profile.objects.exists()
