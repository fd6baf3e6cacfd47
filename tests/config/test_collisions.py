"""A database constraint that fails because somebody was quicker is explained, never an error page."""

import pytest
from django.db import IntegrityError
from django.urls import path
from django.utils import timezone
from rest_framework.decorators import api_view

from config.urls import urlpatterns as ours
from records.models import Preview
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def twice(request):
    user = UserFactory()
    for _ in range(2):
        Preview.objects.create(user=user, key="k", step="s", content={}, shown_at=timezone.now())


def broken(request):
    raise IntegrityError("a check constraint is no collision")


urlpatterns = [
    path("twice/", twice),
    path("broken/", broken),
    path("api/v1/twice/", api_view(["GET", "POST"])(twice)),
    *ours,
]
handler500 = "config.errors.server_error"


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ROOT_URLCONF = __name__


def test_a_page_leads_back_with_words(client):
    answer = client.post("/twice/", headers={"referer": "http://testserver/notices/"})
    assert (answer.status_code, answer.url) == (302, "http://testserver/notices/")


def test_the_api_answers_409(client):
    client.force_login(UserFactory())
    answer = client.get("/api/v1/twice/")
    assert answer.status_code == 409
    assert list(answer.json()) == ["detail"]


def test_any_other_broken_constraint_is_a_fault(client):
    client.raise_request_exception = False
    assert client.post("/broken/").status_code == 500
