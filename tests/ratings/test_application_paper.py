"""The printed application form: its content, and its check code."""

import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings.application.access import opened
from ratings.presenters.application_form import ApplicationFormView
from ratings.presenters.application_paper import declaration
from ratings.workflow import application as workflow
from records.models import IssuedDocument
from tests.answers import fill, save_answer
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, CycleFactory, UnitFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@pytest.fixture
def filler():
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    return person(Role.FILLER, VILLAGE)


@pytest.fixture
def draft(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    workflow.choose_star(application, 5, by=filler)
    fill(application, filler)
    return application


def printed(draft, by):
    declaration(ApplicationFormView(opened(by, draft.pk), may_fill=False), by=by)


def test_the_same_content_has_the_same_code_and_another_figure_another(draft, filler):
    printed(draft, filler)
    printed(draft, filler)
    assert IssuedDocument.objects.count() == 1
    save_answer(draft, "1.2", "91", by=filler)
    printed(draft, filler)
    codes = list(IssuedDocument.objects.values_list("code", flat=True))
    assert (len(codes), len(set(codes))) == (2, 2)


def test_village_and_township_print_it_others_do_not(client, draft, filler):
    url = reverse("application_paper", args=[draft.pk])
    for user in (filler, person(Role.SIGNER, VILLAGE), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)):
        client.force_login(user)
        answer = client.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert re.match(rb"%PDF-1", b"".join(answer.streaming_content))
    for role, code in ((Role.DISCIPLINE, COUNTY), (Role.FILLER, "330624108205"), (Role.TOWNSHIP_OFFICE, "330624109")):
        client.force_login(person(role, code))
        assert client.get(url).status_code == 404
