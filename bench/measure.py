"""Medians, and lines that print a figure beside its threshold."""

from collections.abc import Callable
from statistics import median
from time import perf_counter


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The median duration of ``work``."""
    return median(once(work) for _time in range(times))


def once(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def say(what: str, ratio: float, level: float, detail: str = "") -> None:
    verdict = "ok" if ratio <= level else "ABOVE"
    print(f"{what:<44} {ratio:8.2f} ×   level {level:g}   {verdict:<6} {detail}", flush=True)
