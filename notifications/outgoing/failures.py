"""Why a try failed: a code for the log, explained in words where it is shown (``robots.explanations``)."""

import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What an answer may hold and no text of the database can."""


class Failure(Exception):
    """``problem`` names the reason; ``detail`` holds what was found: an address, a status, a code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        self.problem = problem
        self.detail = UNSTORABLE.sub("\ufffd", detail)[:300]
        super().__init__(f"{problem}: {self.detail}")
