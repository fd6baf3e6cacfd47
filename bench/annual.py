"""The annual workbook against openpyxl's write-only mode on the same cells (architecture §5: ≤ 1.3 ×, constant
memory).

Measured is the processor's time of this process and of its database backend, which reads what the bare one is given.
"""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.core.management import call_command
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from bench import database
from bench.measure import processor_seconds, say
from reports.annual import workbook
from villages.models import Unit

TIMES = 7


def run() -> None:
    call_command("load_demonstration", verbosity=0)
    with TemporaryDirectory() as folder:
        ours, bare = Path(folder) / "ours.xlsx", Path(folder) / "bare.xlsx"
        county, city = Unit.objects.get(code="330624"), Unit.objects.get(code="3306")
        write(city, ours)
        cells = [(sheet.title, [[(c.value, c.number_format) for c in row] for row in sheet]) for sheet in read(ours)]
        written = (lambda: write(city, ours), lambda: write_plainly(cells, bare))
        # Alternating, so that other load on the machine slows both.
        backend = database.backend()
        times = [tuple(processor_seconds(work, backend) for work in written) for _time in range(TIMES)]
        took, plain = (median(column) for column in zip(*times, strict=True))
        say("annual report / bare write-only workbook", took / plain, 1.3, f"{took:.2f} s, bare {plain:.2f} s")
        small, large = peak(lambda: write(county, ours)), peak(lambda: write(city, ours))
        say("memory: city / county", large / small, 1.3, f"{large / 2**20:.1f} MiB, {small / 2**20:.1f} MiB")


def write(unit: Unit, path: Path) -> None:
    workbook.write(unit, 2025, path)


def read(path: Path) -> Workbook:
    return load_workbook(path, read_only=True)


def write_plainly(cells: list[tuple[str, list[list[tuple[object, str | None]]]]], path: Path) -> None:
    """The same values in the same formats, as the library's documentation writes them."""
    book = Workbook(write_only=True)
    for title, rows in cells:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([value if form in (None, "General") else formatted(sheet, value, form) for value, form in row])
    book.save(path)


def formatted(sheet: WriteOnlyWorksheet, value: object, form: str) -> Cell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = form
    return cell


def peak(work: Callable[[], None]) -> int:
    """Peak memory allocated by Python during ``work``."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
