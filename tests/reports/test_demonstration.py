"""The demonstration: refused without DEMO=1, loaded once, and every account of formats §5 in its place."""

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db.models import Count

from accounts.models import User
from config.startup_checks import Unfit, demand_fit
from honours.models import Nomination, Round
from ratings.models import Application, Decision
from reports.demonstration import people, places
from reports.demonstration.load import STEPS, load
from reports.models import DemonstrationStep
from reviews.models import Appeal
from tests.few_divisions import few_divisions
from villages.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def test_it_is_refused_without_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="only with DEMO=1"):
        call_command("load_demonstration")
    assert Unit.objects.count() == 0


def test_a_server_refuses_to_start_on_it_without_demo(settings):
    settings.DEMO = False
    demand_fit()
    DemonstrationStep.objects.create(name="places")
    with pytest.raises(Unfit, match="holds the demonstration"):
        demand_fit()
    with pytest.raises(SystemCheckError, match="holds the demonstration"):
        call_command("check", databases=["default"])
    settings.DEMO = True
    demand_fit()


def test_what_is_loaded_stays(demo):
    for together in STEPS:
        for name in together:
            DemonstrationStep.objects.create(name=name)
    assert list(load()) == []


@pytest.fixture
def small_world(demo, tmp_path):
    """The accounts' two townships and one more of each county, with all their years."""
    places.load(few_divisions(tmp_path))
    for together in STEPS[1:]:
        for step in together.values():
            step()


def test_the_years_are_played_and_no_home_is_empty(small_world, client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    rated = Unit.objects.rated().count()
    confirmed = Decision.objects.confirmed().filter(year__in=(2024, 2025))
    by_level = confirmed.values_list("year", "unit__level").annotate(n=Count("pk")).order_by("year", "unit__level")
    assert list(by_level) == [
        (2024, "township", 2),
        (2024, "village", rated),
        (2025, "station", 1),
        (2025, "township", 2),
        (2025, "village", rated),
    ]
    assert dict(Round.objects.values_list("state").annotate(Count("pk"))) == {"open": 1, "notice": 1, "named": 1}
    assert {"township", "county", "city", "listed", "declined", "withdrawn", "named"} <= set(
        Nomination.objects.values_list("state", flat=True)
    )
    states = set(Application.objects.filter(cycle__year=2026).values_list("state", flat=True))
    assert states == set(Application.State.values)
    assert set(Appeal.objects.values_list("state", flat=True)) == {"open", "upheld"}
    waiting = {}
    for username in [post.username for post in people.accounts()]:
        client.force_login(User.objects.get(username=username))
        waiting[username] = client.get("/").context["first"]
    watching = {"city_office", "city_discipline", "city_leader", "sysadmin", "secadmin", "auditor"}
    assert sorted(name for name, first in waiting.items() if first is None and name not in watching) == []
