"""What is wrong with a file, in a form that a page, a command and a workbook can show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """Where (``areas[0].criteria[2].tiers[1]``, as formats §1 writes it), what is wrong, and what was expected."""

    place: str
    message: str
    expected: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.severity}: {self.place or '/'}: {self.message} ({self.expected})"


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]
