"""The annual workbook against openpyxl's write-only mode writing the same cells (design §5: ≤ 1.3 ×, memory flat)."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from bench.measure import say, seconds
from reports.annual import workbook
from villages.models import Unit


def run() -> None:
    call_command("load_demonstration", verbosity=0)
    with TemporaryDirectory() as folder:
        ours, bare = Path(folder) / "ours.xlsx", Path(folder) / "bare.xlsx"
        county, city = Unit.objects.get(code="330624"), Unit.objects.get(code="3306")
        write(city, ours)
        cells = [(sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in read(ours)]
        plain = seconds(lambda: write_plainly(cells, bare))
        took = seconds(lambda: write(city, ours))
        say("annual report / bare write-only workbook", took / plain, 1.3, f"{took:.2f} s, bare {plain:.2f} s")
        small, large = peak(lambda: write(county, ours)), peak(lambda: write(city, ours))
        say("memory: city / county", large / small, 1.3, f"{large / 2**20:.1f} MiB, {small / 2**20:.1f} MiB")


def write(unit: Unit, path: Path) -> None:
    workbook.write(unit, 2025, path)


def read(path: Path) -> Workbook:
    return load_workbook(path, read_only=True)


def write_plainly(cells: list[tuple[str, list[list[object]]]], path: Path) -> None:
    book = Workbook(write_only=True)
    for title, rows in cells:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def peak(work: Callable[[], None]) -> int:
    """The most bytes that Python held while at ``work``."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
