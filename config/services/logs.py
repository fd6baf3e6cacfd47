"""The log of one process in ``DATA_DIR/log``: appended to by the processes that have it open, and rotated while
they write."""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 5 * 1024 * 1024
LAST_LINES = 3


@dataclass
class Log:
    path: Path
    begun_at: int = 0

    def open(self) -> BinaryIO:
        """For a process that is about to start; ``last_words`` returns only what that process writes."""
        self.begun_at = self._size()
        return self.path.open("ab")

    def rotate(self) -> None:
        """Once it is long, copy it to ``NAME.old.log`` and truncate it; its writers append, so they need not
        reopen it."""
        if self._size() <= MAX_BYTES:
            return
        with contextlib.suppress(OSError):  # no room for the copy: then freeing some is even more urgent
            shutil.copyfile(self.path, self.path.with_suffix(".old.log"))
        os.truncate(self.path, 0)
        self.begun_at = 0

    def last_words(self) -> str:
        """The last output of the process, on one line."""
        with self.path.open("rb") as file:
            file.seek(max(self.begun_at, self._size() - 4096))
            lines = file.read().decode(errors="replace").split("\n")
        return " / ".join([line.strip() for line in lines if line.strip()][-LAST_LINES:]) or "it said nothing"

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0
