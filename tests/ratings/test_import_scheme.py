"""Schemes imported and exported: versions, issuing, permissions (formats §2, practice §1)."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from ratings.models import Scheme
from ratings.scheme.reading import SchemeRefused, read_scheme
from ratings.workflow.scheme import import_scheme, issue_scheme
from records.refusals import NotAllowed, WrongState
from tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[2] / "fixtures/schemes/330624.json"


@pytest.fixture
def county():
    return UnitFactory(code="330624")


@pytest.fixture
def body():
    return json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)


def imported(file, *options):
    out = StringIO()
    call_command("import_scheme", file, *options, stdout=out, stderr=StringIO())
    return Scheme.objects.get(pk=int(out.getvalue()))


def exported(scheme):
    out = StringIO()
    call_command("export_scheme", scheme.pk, stdout=out)
    return out.getvalue()


def test_what_goes_out_comes_back_the_same(county, tmp_path):
    first = imported(FILE, "--issue")
    (tmp_path / "again.json").write_text(exported(first), encoding="utf-8")
    again = imported(tmp_path / "again.json")
    assert read_scheme(exported(first).encode()).spec == read_scheme(FILE.read_bytes()).spec
    assert exported(again) == exported(first)
    assert (first.state, first.version, again.state, again.version) == ("issued", 1, "draft", 2)


def test_numbers_keep_all_their_digits(county, body, tmp_path):
    body["tolerance"] = Decimal("1.0123456789")
    (tmp_path / "scheme.json").write_text(simplejson.dumps(body), encoding="utf-8")
    scheme = imported(tmp_path / "scheme.json")
    assert scheme.body["tolerance"] == scheme.spec.tolerance == Decimal("1.0123456789")
    assert '"tolerance": 1.0123456789,' in exported(scheme)


def test_nothing_is_kept_of_a_file_with_an_error(county, tmp_path):
    (tmp_path / "scheme.json").write_text('{"format": "pingxing-scheme/1"}', encoding="utf-8")
    with pytest.raises(CommandError, match="areas"):
        imported(tmp_path / "scheme.json")
    assert Scheme.objects.count() == 0


def test_a_scheme_of_an_unknown_unit_is_refused():
    with pytest.raises(CommandError, match="330624"):
        imported(FILE)


def test_an_unknown_id_is_refused():
    with pytest.raises(CommandError, match="77"):
        call_command("export_scheme", 77)


def test_years_have_versions_of_their_own(county, body):
    years = [import_scheme(body | {"year": year}, by=None).version for year in (2024, 2025, 2025, 2026)]
    assert years == [1, 1, 2, 1]


def test_the_county_office_writes_and_issues(county, body):
    office = person("county_office", "330624")
    scheme = issue_scheme(import_scheme(body, by=office), by=office)
    assert (scheme.state, scheme.issued_by) == ("issued", office)


@pytest.mark.parametrize(("role", "code"), [("township_office", "330624108"), ("county_office", "330681")])
def test_nobody_else_does(county, body, role, code):
    scheme, other = import_scheme(body, by=None), person(role, code)
    with pytest.raises(NotAllowed):
        import_scheme(body, by=other)
    with pytest.raises(NotAllowed):
        issue_scheme(scheme, by=other)
    assert (Scheme.objects.count(), Scheme.objects.get().state) == (1, "draft")


def test_a_scheme_is_issued_once_and_then_frozen(county, body):
    scheme = import_scheme(body, by=None, issue=True)
    with pytest.raises(WrongState):
        issue_scheme(scheme, by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(body={})
    assert Scheme.objects.get().body == body


def test_a_wrong_body_is_refused_with_its_problems(county, body):
    with pytest.raises(SchemeRefused) as refused:
        import_scheme(body | {"colour": "red"}, by=None)
    assert [problem.place for problem in refused.value.problems] == ["colour"]
