"""Every exported workbook is Chinese: no words in Latin letters, except codes and file names."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.access_isolation import named
from tests.plain_chinese import unchinese_text
from tests.route_permissions import DOORS
from tests.visitors import choose

pytestmark = pytest.mark.django_db
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOOKS = [
    "application_sheet_empty",
    "applications",
    "applications_not_begun",
    "appointments",
    "cadre_list_empty",
    "event_sheet_empty",
    "events",
    "fund-workbook",
    "funds",
    "policies",
    "policy-workbook",
    "public_register_place",
    "register",
    "reports",
    "review_appeals",
    "review_batches",
    "review_decisions",
    "review_objections",
    "supply_sheet_empty",
    "trail",
    "unit_profiles_sheet",
    "unit_tags_sheet",
    "units",
]


@pytest.fixture(scope="module")
def readers(world):
    choose(world, [(name, "get") for name in BOOKS])
    return {name: world.sent[name, "get"].let_in or ["nobody"] for name in BOOKS}


@pytest.mark.parametrize("name", BOOKS)
def test_no_latin_word_stands_in_a_workbook(world, readers, name):
    door, read = DOORS[name], []
    address = door.address(name, world)
    for person in readers[name]:
        answer = world.clients[person].get(address + ("&" if "?" in address else "?") + "as=xlsx")
        if answer.headers.get("Content-Type") == EXCEL:
            book = load_workbook(BytesIO(b"".join(answer)))
            cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
            read.append(unchinese_text("\n".join(str(cell) for cell in cells if cell is not None), named(world)))
    assert read
    assert [words for words in read if words] == []
