"""What the supervisor prints: one line for each step, and for what happens to its children."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(name: str) -> Iterator[None]:
    """One line for one step: its name when it begins, its duration when it ends."""
    began = time.monotonic()
    print(f"· {name} …", end="", flush=True)  # noqa: T201
    try:
        yield
    except BaseException:
        print(flush=True)  # noqa: T201
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)  # noqa: T201


def say(line: str) -> None:
    print(f"· {line}", flush=True)  # noqa: T201
