"""A department's figures by sheet: all or nothing, every invalid cell reported, idempotent."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.models import Answer, Application
from ratings.presenters.supply_sheet import SupplySheet
from tests.factories import (
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.supplying import of, supplied_cycle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]

SECOND, OTHER_COUNTY = f"{TOWNSHIP}205", "330681001218"


@pytest.fixture
def cycle():
    return supplied_cycle()


@pytest.fixture
def place(client, cycle):
    UnitFactory(code=SECOND)
    UnitFactory(code=OTHER_COUNTY)
    client.force_login(of("民政局"))
    return cycle


def address(cycle, name="supply_sheet"):
    return reverse(name, args=[cycle.pk]) + "?criterion=1.2"


def sheet(cycle, *lines):
    """CSV of ``lines``: (code, figure)."""
    of_cycle = SupplySheet(cycle, [c for c in cycle.scheme.spec.criteria if c.code == "1.2"])
    out = io.StringIO()
    csv.writer(out).writerows([[of_cycle.code_head, *of_cycle.heads.values()], *lines])
    return out.getvalue().encode()


def send(client, cycle, raw, name="figures.csv"):
    return client.post(address(cycle), {"sheet": SimpleUploadedFile(name, raw)})


def keep(client, cycle, seen):
    return client.post(address(cycle, "supply_sheet_keep"), {"carried": seen.context["carried"]})


def kept():
    return dict(Answer.objects.values_list("application__unit_id", "typed"))


def test_a_sheet_is_seen_before_it_counts_and_again_does_nothing(client, place):
    raw = sheet(place, (VILLAGE, "96.5"), (SECOND, "91"))
    seen = send(client, place, raw)
    assert ([(c.unit.code, c.before, c.now) for c in seen.context["changes"]], kept()) == (
        [(VILLAGE, "", "96.5"), (SECOND, "", "91")],
        {},
    )
    assert keep(client, place, seen).url == reverse("supply")
    assert kept() == {VILLAGE: "96.5", SECOND: "91"}
    assert send(client, place, raw).context["count"] == 0


def test_every_wrong_cell_is_told_nothing_is_kept_and_a_copy_comes_marked(client, place):
    ApplicationFactory(cycle=place, unit=UnitFactory(code=f"{TOWNSHIP}206"), state="township_review")
    answer = send(
        client,
        place,
        sheet(place, (VILLAGE, "96"), (SECOND, "很高"), (OTHER_COUNTY, "1"), (f"{TOWNSHIP}206", "2"), (VILLAGE, "97")),
    )
    refused = answer.context["refused"]
    assert [(p.row, p.column, p.value) for p in refused.problems] == [
        (3, "B", "很高"),
        (4, "A", OTHER_COUNTY),
        (5, "B", "2"),
        (6, "A", VILLAGE),
    ]
    assert kept() == {}
    copy = client.get(reverse("sheet_marked", args=[answer.context["marked"]]))
    assert load_workbook(io.BytesIO(copy.content)).active["B3"].fill.fgColor.rgb == "00FFC7CE"


def test_an_empty_cell_takes_no_figure_away(client, place):
    keep(client, place, send(client, place, sheet(place, (VILLAGE, "96"), (SECOND, "91"))))
    keep(client, place, send(client, place, sheet(place, (VILLAGE, ""), (SECOND, "92"))))
    assert kept() == {VILLAGE: "96", SECOND: "92"}


def test_what_changed_since_it_was_seen_is_judged_anew(client, place):
    seen = send(client, place, sheet(place, (VILLAGE, "96"), (SECOND, "91")))
    ApplicationFactory(cycle=place, unit_id=SECOND, state="township_review")
    assert [(p.row, p.column) for p in keep(client, place, seen).context["refused"].problems] == [(3, "B")]
    assert kept() == {}


def test_the_sheet_to_fill_in_holds_last_year_and_what_is_kept_and_comes_back(client, place):
    last = CycleFactory(scheme=SchemeFactory(year=2025, body=scheme_body(year=2025)), year=2025)
    Answer.objects.create(
        application=ApplicationFactory(cycle=last, unit_id=SECOND), item="1.2", typed="88", value="88"
    )
    keep(client, place, send(client, place, sheet(place, (VILLAGE, "96"))))
    book = load_workbook(io.BytesIO(client.get(address(place, "supply_sheet_empty")).content))
    lines = [(row[0], row[3] or "", row[4] or "") for row in book.active.iter_rows(values_only=True) if row[0]]
    assert lines[-2:] == [(VILLAGE, "", "96"), (SECOND, "88", "")]
    book.active.cell(book.active.max_row, 5, 92.5)
    raw = io.BytesIO()
    book.save(raw)
    seen = send(client, place, raw.getvalue(), "figures.xlsx")
    assert [(c.unit.code, c.now) for c in seen.context["changes"]] == [(SECOND, "92.5")]
    fields = [row["fields"][0] for row in client.get(address(place, "supply_figures")).context["rows"]]
    assert [(f["value"], f["last"]) for f in fields] == [("96", ""), ("", "88")]


def test_a_sheet_is_the_departments_alone(client, place):
    seen = send(client, place, sheet(place, (VILLAGE, "96")))
    client.force_login(of("民政局"))
    assert keep(client, place, seen).url == address(place)
    for user in (of("公安局"), of("民政局", "330681"), person(Role.FILLER, VILLAGE)):
        client.force_login(user)
        assert send(client, place, sheet(place, (VILLAGE, "1"))).status_code == 404
        assert keep(client, place, seen).status_code == 404
        assert client.get(address(place, "supply_sheet_empty")).status_code == 404
    assert not Application.objects.exists()


def test_a_village_is_asked_by_the_tags_of_what_it_has_submitted(client):
    areas = scheme_body()["areas"]
    share = areas[0]["criteria"][1] | {"supplier": "department:民政局", "only": ["平原"]}
    few = share | {"only": ["山区"], "method": "judged", "step": 1}
    del few["tiers"], few["figure"]
    areas[0] |= {"criteria": [share, few]}
    of_cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    village = UnitFactory(code=VILLAGE, tags=["山区"])
    sent = ApplicationFactory(cycle=of_cycle, unit=village, state="submitted")
    Application.objects.filter(pk=sent.pk).update(submitted_tags=["平原"])
    client.force_login(of("民政局"))
    seen = send(client, of_cycle, sheet(of_cycle, (VILLAGE, "96")))
    assert (seen.status_code, keep(client, of_cycle, seen).url, kept()) == (200, reverse("supply"), {VILLAGE: "96"})


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ("９６.５", "96.5"),
        ("96.5%", "96.5"),
        ("93.33333333333333", "93.3333333333"),
        ("93.12345", "93.12345"),
        ("12,5", None),
        ("1,234", None),
    ],
)
def test_figures_as_offices_write_them(client, place, typed, kept_as):
    seen = send(client, place, sheet(place, (VILLAGE, typed)))
    if kept_as is None:
        assert [(p.row, p.column) for p in seen.context["refused"].problems] == [(2, "B")]
    else:
        assert [c.now for c in seen.context["changes"]] == [kept_as]
        keep(client, place, seen)
        assert Answer.objects.values_list("value", flat=True).get() == Decimal(kept_as)


def test_a_figure_changed_since_the_sheet_was_shown_keeps_the_sheet_out(client, place):
    seen = send(client, place, sheet(place, (VILLAGE, "96.5"), (SECOND, "91")))
    between = send(client, place, sheet(place, (SECOND, "88")))
    assert keep(client, place, between).status_code == 302
    again = keep(client, place, seen)
    assert (again.status_code, kept()) == (409, {SECOND: "88"})
    assert [(c.unit.code, c.before, c.now) for c in again.context["changes"]][1] == (SECOND, "88", "91")
    assert keep(client, place, again).status_code == 302
    assert keep(client, place, again).url == reverse("supply")  # a double click
    assert kept() == {VILLAGE: "96.5", SECOND: "91"}
