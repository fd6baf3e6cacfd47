"""``try_scheme`` of 100,000 units × 30 criteria, from the file of facts to the file of results, against the same by a
plain vectorised calculation written for this one scheme (≤ 5 ×); and how much memory it takes."""

import csv
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import polars as pl

from bench.county import codes
from bench.measure import once, say

UNITS, AREAS = 100_000, 5
METHODS = ("judged", "deduction", "count", "tiers", "linear", "checklist")
LINES = {5: 250, 4: 220, 3: 200, 2: 180, 1: 0}
MAX, RATIO, MEMORY = 10, 5, 2_000
CHILD = """
import resource, sys, django
django.setup()
from django.core.management import call_command
call_command("try_scheme", sys.argv[1], sys.argv[2], "--output", sys.argv[3])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def run(units: int = UNITS) -> None:
    with TemporaryDirectory() as folder:
        scheme, facts = Path(folder) / "scheme.json", Path(folder) / "facts.csv"
        ours, plain = Path(folder) / "ours.json", Path(folder) / "plain.json"
        scheme.write_text(json.dumps(body(), ensure_ascii=False))
        write_facts(facts, units)
        vectorised = once(lambda: calculate(facts, plain))
        began = perf_counter()
        said = subprocess.run(
            [sys.executable, "-c", CHILD, scheme, facts, ours], check=True, capture_output=True, text=True
        ).stdout
        took = perf_counter() - began
        compare(ours, plain)
    detail = f"{units} units × {len(METHODS) * AREAS} criteria in {took:.1f} s, vectorised {vectorised:.1f} s"
    say("try_scheme / vectorised", took / vectorised, RATIO, detail)
    say("memory of try_scheme in MiB", float(said), MEMORY)


def body() -> dict:
    """Five areas of six criteria, one of each method; 300 points."""
    criteria = {
        "judged": {"step": 0.5},
        "deduction": {"items": [{"code": "a", "per": 0.5}]},
        "count": {"items": [{"code": "a", "per": 2}]},
        "tiers": {"figure": "n", "tiers": [{"at_least": 95, "points": 10}, {"at_least": 80, "points": 6}]},
        "linear": {"figure": "n", "zero_at": 0, "full_at": 100},
        "checklist": {"items": [{"code": "a", "points": 10}]},
    }
    areas = [
        {
            "code": f"{area}",
            "kind": "base",
            "criteria": [
                {"code": f"{area}.{nr}", "name": method, "max": MAX, "method": method, **criteria[method]}
                for nr, method in enumerate(METHODS, start=1)
            ],
        }
        for area in range(1, AREAS + 1)
    ]
    stars = [{"star": star, "total": total} for star, total in LINES.items()]
    head = {"format": "pingxing-scheme/1", "name": "bench", "year": date.today().year, "unit": "33"}
    return head | {"areas": areas, "stars": stars}


def write_facts(path: Path, units: int) -> None:
    draw = Random(13)
    values = {
        "judged": lambda: draw.randrange(21) / 2,
        "deduction": lambda: draw.randrange(8),
        "count": lambda: draw.randrange(7),
        "tiers": lambda: draw.randrange(700, 1001) / 10,
        "linear": lambda: draw.randrange(400, 1001) / 10,
        "checklist": lambda: int(draw.random() < 0.9),
    }
    dotted = ("deduction", "count", "checklist")
    places = {
        f"{area}.{nr}" + (".a" if method in dotted else ""): values[method]
        for area in range(1, AREAS + 1)
        for nr, method in enumerate(METHODS, start=1)
    }
    counties = [code for n in range(units // 90_000 + 1) for code in codes(f"3301{n:02d}", 90_000)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "item", "value"])
        for code in counties[:units]:
            writer.writerows((code, item, value()) for item, value in places.items())


def calculate(facts: Path, results: Path) -> None:
    """Every figure in hundredths of a point, as whole numbers."""
    table = pl.read_csv(facts, schema_overrides={"unit": pl.String, "item": pl.String, "value": pl.Float64})
    wide = table.pivot("item", index="unit", values="value", aggregate_function=None)
    points, areas = [], []
    for area in range(1, AREAS + 1):
        had = [pl.col(name).fill_null(0) for name in (f"{area}.1", f"{area}.2.a", f"{area}.3.a", f"{area}.6.a")]
        tier = pl.col(f"{area}.4")
        mine = [
            had[0] * 100,
            (1000 - had[1] * 50).clip(lower_bound=0),
            (had[2] * 200).clip(upper_bound=1000),
            pl.when(tier >= 95).then(1000).when(tier >= 80).then(600).otherwise(0),
            (pl.col(f"{area}.5").fill_null(0) * 10).clip(0, 1000),
            had[3] * 1000,
        ]
        points += [one.round().cast(pl.Int64).alias(f"{area}.{nr}") for nr, one in enumerate(mine, start=1)]
        areas.append(pl.sum_horizontal(f"{area}.{nr}" for nr in range(1, len(mine) + 1)).alias(f"{area}"))
    scored = wide.lazy().select("unit", *points).with_columns(areas)
    scored = scored.with_columns(total=pl.sum_horizontal(str(area) for area in range(1, AREAS + 1)))
    scored = scored.with_columns(rank=pl.col("total").rank("min", descending=True), star=star())
    lines = pl.concat_list(
        pl.when(pl.col("star") < line).then(
            pl.struct(star=line, why=pl.lit("total"), has=written("total"), needs=pl.lit(f"{total}.00"))
        )
        for line, total in LINES.items()
    )
    scored.select(
        "unit",
        pl.struct(written(one.meta.output_name()) for one in points).alias("criteria"),
        pl.struct(written(one.meta.output_name()) for one in areas).alias("areas"),
        written("total"),
        "star",
        "rank",
        lines.list.drop_nulls().alias("short"),
    ).sort("unit").collect().write_json(results)


def star() -> pl.Expr:
    chosen = pl.lit(0)
    for line, total in reversed(LINES.items()):
        chosen = pl.when(pl.col("total") >= total * 100).then(line).otherwise(chosen)
    return chosen


def written(column: str) -> pl.Expr:
    hundredths = pl.col(column)
    return pl.format("{}.{}", hundredths // 100, (hundredths % 100).cast(pl.String).str.zfill(2)).alias(column)


def compare(ours: Path, plain: Path) -> None:
    found = json.loads(ours.read_text(encoding="utf-8"), parse_float=Decimal)
    for unit in found:
        if unit.pop("barred") or unit.pop("missing"):
            raise AssertionError("nothing is barred or missing here")
    if found != json.loads(plain.read_text(encoding="utf-8")):
        raise AssertionError("try_scheme and the vectorised calculation disagree")
