"""When to restart a process that ended: at once, then with backoff while it does not stay up."""

import time
from dataclasses import dataclass

PAUSES = (0, 1, 2, 4, 8, 15, 30)
LONG_LIFE_SECONDS = 60


@dataclass
class Restarts:
    """``short_lives``: how many times in a row it ended soon after its start."""

    short_lives: int = 0
    started_at: float = 0.0
    due_at: float | None = None

    def started(self) -> None:
        self.started_at, self.due_at = time.monotonic(), None

    def ended(self) -> int:
        """Record the end; return the seconds until the next start."""
        if time.monotonic() - self.started_at > LONG_LIFE_SECONDS:
            self.short_lives = 0
        pause = PAUSES[min(self.short_lives, len(PAUSES) - 1)]
        self.short_lives += 1
        self.due_at = time.monotonic() + pause
        return pause

    @property
    def is_noted(self) -> bool:
        return self.due_at is not None

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and time.monotonic() >= self.due_at
