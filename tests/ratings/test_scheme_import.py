"""A scheme comes in by page or command: checked as a whole, shown, kept as a draft; of a faulty one nothing is kept."""

import re
import time
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.models import Scheme
from ratings.scheme.reading import read_scheme
from ratings.scheme.workbook.writing import workbook_of
from records.previews import Preview
from tests.clock import freeze_time
from tests.factories import COUNTY, UnitFactory, person
from tests.memory import forget_peak, peak
from tests.ratings.malformed_schemes import EXAMPLE, malformed, workbooks

pytestmark = pytest.mark.django_db
SECONDS, BYTES = 5, 300 * 1024 * 1024


@pytest.fixture
def office(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    for code in ("33", "3306", COUNTY):
        UnitFactory(code=code)
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    return client


def sent(office, raw: bytes):
    return office.post(reverse("scheme_import"), {"file": SimpleUploadedFile("scheme.xlsx", raw)})


def test_malformed_files_get_a_clear_message_soon(office, tmp_path):
    """Every tenth through the page, the others through the command; both read by the same function."""
    kinds, file = malformed(), tmp_path / "scheme"
    assert len(kinds) >= 200
    unclear, slow, large = [], {}, {}
    for at, (kind, make) in enumerate(kinds.items()):
        raw = make()
        held, began = forget_peak(), time.process_time()
        if at % 10 == 0:
            answer = sent(office, raw)
            clear = answer.status_code in (400, 409) and "banner bad" in answer.content.decode()
        else:
            file.write_bytes(raw)
            with pytest.raises(CommandError) as refused:
                call_command("import_scheme", file, stdout=StringIO(), stderr=StringIO())
            clear = len(str(refused.value)) > 10
        unclear += [] if clear else [kind]
        slow[kind], large[kind] = time.process_time() - began, peak() - held
    assert unclear == []
    assert {kind: one for kind, one in slow.items() if one > SECONDS} == {}
    assert {kind: one for kind, one in large.items() if one > BYTES} == {}
    assert (Scheme.objects.count(), Preview.objects.count()) == (0, 0)


def shown(office, raw: bytes) -> tuple[str, dict[str, str]]:
    """The page that says what a file contains, and what its form would send."""
    answer = sent(office, raw)
    assert answer.status_code == 200
    page = answer.content.decode()
    fields = {"key": re.search(r'name="key" value="(\w+)"', page)[1]}
    for name in ("unit", "year"):
        options = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)[0]
        fields[name] = re.search(r'value="(\w+)" selected', options)[1]
    return page, fields


def keep(office, fields):
    return office.post(reverse("scheme_import_keep"), fields)


@freeze_time("2026-05-04")
@pytest.mark.parametrize("as_workbook", [True, False])
def test_a_file_is_shown_and_then_kept_as_a_draft(office, as_workbook):
    spec = read_scheme(EXAMPLE.read_bytes()).spec
    page, fields = shown(office, workbook_of(spec) if as_workbook else EXAMPLE.read_bytes())
    assert (spec.name in page, spec.criteria[0].name in page, Scheme.objects.count()) == (True, True, 0)
    assert (fields["unit"], fields["year"]) == (COUNTY, str(spec.year))
    answers = [keep(office, fields) for _click in range(2)]
    draft = Scheme.objects.get()
    assert [answer.url for answer in answers] == [reverse("scheme_edit", args=[draft.pk])] * 2
    assert (draft.spec, draft.state) == (spec, "draft")


@freeze_time("2026-05-04")
def test_another_countys_workbook_becomes_a_draft_of_ones_own(office):
    spec = read_scheme(EXAMPLE.read_bytes()).spec.model_copy(update={"unit": "330681", "year": 2019})
    _page, fields = shown(office, workbook_of(spec))
    keep(office, fields)
    assert [(one.unit_id, one.year) for one in Scheme.objects.all()] == [(COUNTY, 2027)]
    assert keep(office, shown(office, workbook_of(spec))[1] | {"unit": "330681"}).status_code == 400
    assert keep(office, fields | {"key": "0" * 32}).status_code == 409
    assert Scheme.objects.count() == 1


def test_the_wrong_cells_come_back_marked(office):
    kind = next(kind for kind in workbooks() if kind.endswith("满分: wrong kind"))
    page = sent(office, workbooks()[kind]()).content.decode()
    assert "工作表指标，第5行，D列" in page
    address = re.search(r'href="(/sheets/marked/[^"]+)"', page)[1]
    marked = load_workbook(BytesIO(office.get(address).content))
    assert marked["指标"]["D5"].comment is not None


def test_all_four_beginnings_are_offered_in_one_place(office):
    page = office.get(reverse("scheme_begin")).content.decode()
    assert ('name="source"' in page, 'name="other"' in page, reverse("scheme_import") in page) == (True, True, True)
