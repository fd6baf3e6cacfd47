"""``{% url %}`` as Django renders it, worked out once a process."""

from datetime import date

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, path, reverse


def rendered(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


def test_addresses_are_those_that_django_gives():
    opened = "{% url 'application' pk %} {% url name %} {% url 'dashboard' code %} {% url 'home' as kept %}{{ kept }}"
    for pk, code in ((7, "330624"), ("7", "3306")):
        expected = [
            reverse("application", args=[pk]),
            reverse("units"),
            reverse("dashboard", args=[code]),
            reverse("home"),
        ]
        assert rendered(opened, pk=pk, name="units", code=code).split() == expected


def test_what_no_address_has_is_still_refused():
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'application' pk %}", pk="")
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'application' pk %}", pk=date(2026, 1, 1))


def test_another_address_table_is_not_confused(settings):
    assert rendered("{% url 'home' %}") == "/"
    settings.ROOT_URLCONF = __name__
    assert rendered("{% url 'home' %}") == "/elsewhere/"


urlpatterns = [path("elsewhere/", rendered, name="home")]
