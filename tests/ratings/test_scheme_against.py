"""``try_scheme NEW FACTS --against OLD``: random drafts against a plain reading, ids of kept versions (formats §6)."""

import csv
import json
import tempfile
from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ratings.scheme.burden import burden
from ratings.scheme.reading import check_scheme, read_scheme
from ratings.scheme.workbook.writing import workbook_of
from tests.factories import UnitFactory
from tests.ratings.random_schemes import TAGS, days, fact_values, facts, fitting, schemes, veto_days
from tests.ratings.reference_scoring import plain_try

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parents[2] / "fixtures/schemes/330624.json"


# A plain reading


def asked(scheme, tags):
    """What a scheme asks of a unit with these tags."""
    items = {veto["code"] for veto in scheme.get("vetoes", [])} | {"@tag"}
    for area in scheme["areas"]:
        for criterion in area["criteria"]:
            if criterion.get("only") and not set(criterion["only"]) & set(tags):
                continue
            own = criterion.get("items")
            items |= {f"{criterion['code']}.{i['code']}" for i in own} if own else {criterion["code"]}
    return items


def plain_against(new, old, rows, day):
    tags = {}
    for unit, item, value, _day in rows:
        tags.setdefault(unit, set())
        if item == "@tag":
            tags[unit].add(value)

    def tried(scheme):
        known = [row for row in rows if row[1] in asked(scheme, tags[row[0]])]
        return plain_try(scheme | {"year": old["year"]}, known, day)

    before, after = tried(old), tried(new)
    units, above = [], {}
    possible = {0}
    for scheme in (old, new):
        if scheme.get("rule") == "areas":
            possible |= set(range(len([a for a in scheme["areas"] if a["kind"] == "base"]) + 1))
        possible |= {line["star"] for line in scheme.get("stars", [])}
    for was, now in zip(before, after, strict=True):
        differing = {}
        for code in [*was["criteria"], *now["criteria"]]:
            pair = [was["criteria"].get(code), now["criteria"].get(code)]
            if pair[0] != pair[1]:
                differing[code] = pair
        units.append(
            {
                "unit": was["unit"],
                "before": was["star"],
                "after": now["star"],
                "total": [was["total"], now["total"]],
                "criteria": differing,
            }
        )
        over = was["unit"][: 6 if len(was["unit"]) == 9 else 9]
        sides = above.setdefault(over, {"before": Counter(), "after": Counter()})
        sides["before"][was["star"]] += 1
        sides["after"][now["star"]] += 1
    return {
        "units": units,
        "moved": {
            "up": len([u for u in units if u["after"] > u["before"]]),
            "down": len([u for u in units if u["after"] < u["before"]]),
            "same": len([u for u in units if u["after"] == u["before"]]),
        },
        "townships": {
            code: {side: {str(star): found[star] for star in possible} for side, found in sides.items()}
            for code, sides in above.items()
        },
        "burden": {"before": plain_burden(old), "after": plain_burden(new)},
    }


def plain_burden(scheme):
    figures, files = {}, {}
    for area in scheme["areas"]:
        for criterion in area["criteria"]:
            if criterion.get("supplier", "village") != "village":
                continue
            count = {"tiers": 1, "linear": 1, "judged": 0}.get(criterion["method"], len(criterion.get("items", [])))
            figures.setdefault(criterion["code"], []).append(count)
            files.setdefault(criterion["code"], []).append(len(criterion.get("evidence", [])))
    return {"figures": sum(map(max, figures.values())), "files": sum(map(max, files.values()))}


# Random drafts


def revised(draw, old):
    """A draft made from ``old``: criteria dropped, added, their points and the lines moved."""
    new = json.loads(simplejson.dumps(old), parse_float=Decimal)
    new["year"] = 2027
    other = draw(schemes([new.get("rates", "village")]))
    for area in new["areas"]:
        dropped = draw(st.sets(st.sampled_from([c["code"] for c in area["criteria"]] or [""]), max_size=1))
        area["criteria"] = [c for c in area["criteria"] if c["code"] not in dropped]
        for criterion in area["criteria"]:
            for item in criterion.get("items", []):
                if "per" in item and draw(st.booleans()):
                    item["per"] += Decimal("0.5")
            if draw(st.integers(0, 3)) == 0:
                criterion["evidence"] = [{"name": "会议记录"}, {"name": "照片"}]
    base = next(area for area in new["areas"] if area["kind"] == "base")
    added = [c | {"code": f"N{n}"} for n, c in enumerate(other["areas"][0]["criteria"]) if "only" not in c]
    base["criteria"] += added
    named = {c["code"] for area in new["areas"] for c in area["criteria"]}
    for line in new["stars"]:
        for key in ("criteria", "figures"):
            if key in line:
                line[key] = {code: limit for code, limit in line[key].items() if code in named}
    return new


@st.composite
def cases(draw):
    old, day = draw(schemes()), draw(days)
    new = revised(draw, old)
    rows, there = draw(facts(old, day)), set()
    tags = {row[0]: row[2] for row in rows if row[1] == "@tag" and row[2] in TAGS}
    there = {(row[0], row[1]) for row in rows}
    for unit, tag in tags.items():
        for criterion in fitting(new, tag):
            for item, values in fact_values(criterion):
                if item not in asked(old, [tag]) and (unit, item) not in there and draw(st.booleans()):
                    rows.append((unit, item, f"{Decimal(draw(values)):f}", ""))
        for veto in old["vetoes"]:
            rows += [(unit, veto["code"], "", draw(veto_days(day)).isoformat())]
    new["vetoes"] = [veto for veto in new["vetoes"] if draw(st.integers(0, 3))]
    return new, old, rows, day


def against(new, old, rows, day, folder):
    file = Path(folder, "facts.csv")
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    text = StringIO()
    call_command("try_scheme", new, file, f"--against={old}", f"--on={day}", stdout=text, stderr=StringIO())
    return json.loads(text.getvalue())


@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.generate])
@given(case=cases(), as_workbook=st.booleans())
def test_every_figure_is_that_of_the_plain_reading(case, as_workbook):
    new, old, rows, day = case
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, scheme in (("new", new), ("old", old)):
            files.append(Path(folder, name))
            text = simplejson.dumps(scheme, ensure_ascii=False).encode()
            files[-1].write_bytes(workbook_of(check_scheme(scheme).spec) if as_workbook else text)
        assert against(*files, rows, day, folder) == plain_against(new, old, rows, day)


# By hand

VILLAGE = "330624108204"
DAY = "2026-11-24"


@pytest.fixture
def draft(tmp_path):
    """The example with one criterion fewer, one more, and dearer absences from meetings."""
    body = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    body["year"] = 2027
    body["areas"][0]["criteria"][0]["items"][0]["per"] = 1
    body["areas"][0]["criteria"].append({"code": "N.1", "name": "新指标", "max": 2, "method": "judged"})
    file = tmp_path / "draft.json"
    file.write_text(simplejson.dumps(body), encoding="utf-8")
    return file


ROWS = [(VILLAGE, "@tag", "山区", ""), (VILLAGE, "1.1.a", "2", ""), (VILLAGE, "N.1", "2", "")]


def test_the_points_that_differ_are_named(draft, tmp_path):
    found = against(draft, FILE, ROWS, DAY, tmp_path)
    assert found["units"][0]["criteria"] == {"1.1": ["3.00", "2.00"], "N.1": [None, "2.00"]}
    assert found["moved"] == {"up": 0, "down": 0, "same": 1}
    assert found["townships"]["330624108"]["before"].keys() == {"5", "4", "3", "2", "1", "0"}


def test_kept_versions_are_named_by_their_ids(draft, tmp_path):
    UnitFactory(code="330624")
    ids = []
    for file in (draft, FILE):
        out = StringIO()
        call_command("import_scheme", file, stdout=out, stderr=StringIO())
        ids.append(out.getvalue().strip())
    assert against(*ids, ROWS, DAY, tmp_path) == against(draft, FILE, ROWS, DAY, tmp_path)


def test_an_item_that_neither_scheme_asks_for_is_an_error(draft, tmp_path):
    with pytest.raises(CommandError) as refused, translation.override("en"):
        against(draft, FILE, [*ROWS, (VILLAGE, "9.9", "1", "")], DAY, tmp_path)
    assert str(refused.value).count("row 4,") == 1


def test_an_unknown_version_is_an_error(tmp_path):
    with pytest.raises(CommandError), translation.override("en"):
        against("4711", FILE, ROWS, DAY, tmp_path)


def test_a_station_counts_for_its_township(tmp_path):
    rows = [("330624108S01", "@tag", "山区", ""), ("330624108", "@tag", "山区", "")]
    assert against(FILE, FILE, rows, DAY, tmp_path)["townships"].keys() == {"330624108", "330624"}


def test_the_burden_counts_what_the_village_supplies():
    spec = read_scheme(FILE.read_bytes()).spec
    plain = plain_burden(json.loads(FILE.read_text(encoding="utf-8")))
    assert {"figures": burden(spec).figures, "files": burden(spec).files} == plain
