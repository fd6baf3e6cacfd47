"""Shaoxing in small, where the demonstration's accounts are enough."""

from pathlib import Path

from reports.demonstration import people, places

OTHERS = {"330624201", "330681104"}


def few_divisions(folder: Path) -> Path:
    """The list of units with the accounts' two townships and one more of each county."""
    townships = {*(township for _county, township, _village in people.SETS.values()), *OTHERS}
    lines = places.DIVISIONS.read_text(encoding="utf-8").splitlines()
    chosen = [line for line in lines if len(line.split(",")[0]) < 9 or line[:9] in townships]
    file = folder / "divisions.csv"
    file.write_text("\n".join(chosen), encoding="utf-8")
    return file
