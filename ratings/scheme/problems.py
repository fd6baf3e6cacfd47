"""What is wrong with a file, in a form that a page, a command and a workbook can show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    """Where (``areas[0].criteria[2].tiers[1]``, as in formats §1), what is wrong, and what was expected."""

    place: str
    message: str
    expected: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        severity = _("error") if self.severity == "error" else _("warning")
        words = vars(self) | {"severity": severity, "place": self.place or "/"}
        return _("%(severity)s at %(place)s: %(message)s (expected: %(expected)s)") % words


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]
