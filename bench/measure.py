"""Durations, and lines that print a figure beside its threshold."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time


def once(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def processor_seconds(work: Callable[[], object], other: int) -> float:
    """The processor's time that ``work`` takes in this process and in the process with the number ``other``."""
    started, elsewhere = process_time(), _nanoseconds(other)
    work()
    return process_time() - started + (_nanoseconds(other) - elsewhere) / 1e9


def _nanoseconds(process: int) -> int:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def say(what: str, ratio: float, level: float, detail: str = "") -> None:
    verdict = "ok" if ratio <= level else "ABOVE"
    print(f"{what:<44} {ratio:8.2f} ×   level {level:g}   {verdict:<6} {detail}", flush=True)
