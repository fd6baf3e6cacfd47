"""Why a try failed: a code for the log, explained in words where it is shown (``robots.explanations``)."""


class Failure(Exception):
    """``problem`` names the reason; ``detail`` holds what was found: an address, a status, a code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail[:300]
