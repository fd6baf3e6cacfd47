"""A step is taken with the rights that its person has when all of it has arrived."""

from io import BytesIO

import pytest
from django.test import Client

from accounts.models import Appointment
from accounts.roles import Role
from tests.factories import COUNTY, person

pytestmark = pytest.mark.django_db
PAGE = "/settings/"


class SlowForm(BytesIO):
    """Somebody ends the office of whoever sends this while it is on its way."""

    def read(self, size: int | None = -1) -> bytes:
        Appointment.objects.all().delete()
        return super().read(size)


def test_a_right_that_ends_while_a_form_arrives_is_gone():
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.SYSADMIN, COUNTY))
    assert client.get(PAGE).status_code == 200

    token = client.cookies["csrftoken"].value
    form = f"csrfmiddlewaretoken={token}".encode()
    sent = {"wsgi.input": SlowForm(form), "CONTENT_LENGTH": str(len(form))}
    answer = client.post(PAGE, content_type="application/x-www-form-urlencoded", **sent)
    assert answer.status_code == 404
