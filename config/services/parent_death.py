"""Child processes that end with their parent, even if that is killed (Linux)."""

import ctypes
import os
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent(signum: int, parent: int) -> None:
    """Ask the kernel to send ``signum`` to this process when ``parent`` dies; at once if it is already dead."""
    LIBC.prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def dying_with_parent(signum: int) -> Callable[[], None]:
    """The same as a ``preexec_fn``: it runs in the child, after the change of account (which would clear the
    request)."""
    parent = os.getpid()
    return lambda: die_with_parent(signum, parent)
