"""A programme's schemes: a second standard that stars, cycles, events and the register never meet."""

from io import StringIO

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from ratings.events.applicable_scheme import event_names_anywhere, judging_scheme
from ratings.models import Programme, Scheme, StaleUnit
from ratings.workflow.scheme import import_scheme
from records.refusals import Refused
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    VILLAGE,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return [UnitFactory(code=code) for code in (COUNTY, COUNTY[:4], VILLAGE)]


@pytest.fixture
def province(place):
    """An issued scheme of the programme “sheng”, with rules that would lower every star."""
    rules = [{"event": "case_opened", "does": "revoke", "automatic": True}]
    body = scheme_body(name="省级评定", events=[{"code": "case_opened", "name": "立案"}], rules=rules)
    return import_scheme(body, by=None, issue=True, programme="sheng")


def run(command, *arguments):
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_keeps_a_programme_beside_the_file(place, tmp_path):
    (tmp_path / "scheme.json").write_text(simplejson.dumps(scheme_body(name="省级评定")), encoding="utf-8")
    own = int(run("import_scheme", tmp_path / "scheme.json", "--issue"))
    first, second = (
        Scheme.with_programmes.get(pk=int(run("import_scheme", tmp_path / "scheme.json", "--programme", "sheng")))
        for _time in range(2)
    )
    programme = Programme.objects.get()
    assert (programme.code, programme.name, programme.unit_id) == ("sheng", "省级评定", COUNTY)
    assert [(one.programme_id, one.version) for one in (first, second)] == [(programme.pk, 1), (programme.pk, 2)]
    assert list(Scheme.objects.all()) == [Scheme.objects.get(pk=own)]
    assert run("export_scheme", first.pk) == run("export_scheme", own)


@pytest.mark.parametrize("code", ["", "两 个", "-a", "a" * 31])
def test_a_code_is_plain(place, code):
    with pytest.raises(Refused, match="不能作为专项评定的代码"):
        import_scheme(scheme_body(), by=None, programme=code)
    assert not Programme.objects.exists()


def test_a_programme_stays_with_the_place_that_runs_it(province, tmp_path):
    (tmp_path / "scheme.json").write_text(simplejson.dumps(scheme_body(unit=COUNTY[:4])), encoding="utf-8")
    with pytest.raises(CommandError, match=COUNTY):
        run("import_scheme", tmp_path / "scheme.json", "--programme", "sheng")


def test_the_register_is_byte_for_byte_the_same(place, tmp_path):
    with freeze_time(at(2026, 1, 5)):
        own = SchemeFactory(year=2026)
    DecisionFactory(unit=place[2], star=4, scheme=own)
    EventFactory(unit=place[2], kind="case_opened", on=at(2026, 6, 1).date())

    def register(name):
        with freeze_time(at(2026, 11, 28)):
            printed = run("rerate"), run("rerate", "--dry-run")
            run("export_register", "--output", tmp_path / name)
        return printed[1], (tmp_path / name).read_bytes()

    before = register("before.csv")
    StaleUnit.objects.all().delete()
    with freeze_time(at(2026, 2, 1)):
        rules = [{"event": "case_opened", "does": "revoke", "automatic": True}]
        second = scheme_body(year=2026, rules=rules, events=[{"code": "case_opened"}, {"code": "elsewhere"}])
        import_scheme(second, by=None, issue=True, programme="sheng")
    assert not StaleUnit.objects.exists()
    assert register("after.csv") == before
    assert judging_scheme(place[2], at(2026, 6, 1).date()) == own
    assert event_names_anywhere(["elsewhere"]) == {}


def test_the_database_keeps_cycles_and_decisions_without_a_programme(province, place):
    for make in (lambda: CycleFactory(scheme=province), lambda: DecisionFactory(unit=place[2], scheme=province)):
        with pytest.raises(IntegrityError, match="gives no star"), transaction.atomic():
            make()


def test_pages_and_the_api_name_the_programme(province, client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    assert "省级评定" in client.get(reverse("schemes")).content.decode()
    assert client.get(reverse("scheme", args=[province.pk])).status_code == 200
    assert client.get(reverse("public_scheme", args=[province.pk])).status_code == 200
    listed = [client.get("/api/v1/schemes/", {"programme": code} if code else {}).json() for code in ("", "sheng")]
    assert [[row["programme"] for row in found["results"]] for found in listed] == [[], ["sheng"]]
    assert client.get(f"/api/v1/schemes/{province.pk}/").json()["programme"] == "sheng"
