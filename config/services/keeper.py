"""The keeper: a process that runs one server as its child for as long as anybody uses it.

``python -m config.services.keeper NAME DATA_DIR START_LOCK`` says ``ready`` on stdout, or one line of what went wrong,
and ends when ``NAME.users`` is held by nobody. If it is killed, the kernel signals the server.
"""

import fcntl
import os
import sys
import time
from pathlib import Path

from config.services.attachment import lock_file
from config.services.binaries import ProgramMissing
from config.services.place import Place, PlaceRefused
from config.services.servers import PostgreSQL, Server, ServerFailed, Valkey

LOOK_SECONDS = 0.1
KINDS = {kind.name: kind for kind in (PostgreSQL, Valkey)}


def main(name: str, data_dir: str, start_lock: str) -> int:
    server = KINDS[name](Place(Path(data_dir)))
    mine = lock_file(server, "keeper")  # never closed: whoever waits for it waits for the end of this process
    fcntl.flock(mine, fcntl.LOCK_EX)
    try:
        server.start()
    except (ServerFailed, ProgramMissing, PlaceRefused, OSError) as failed:
        report(" ".join(str(failed).split()))
        return 1
    report("ready")
    os.close(int(start_lock))
    keep(server)
    return 0


def report(line: str) -> None:
    """Tell the starter, and let go of its pipe."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def keep(server: Server) -> None:
    """Run ``server`` again when it dies, until nobody uses it.

    Only the lock decides: a user that is killed while it says goodbye cannot take the server from the next one.
    """
    users = lock_file(server, "users")
    while not has_alone(users):
        time.sleep(LOOK_SECONDS)
        if not server.is_running():
            server.start()
    server.stop()


def has_alone(users: int) -> bool:
    """Whether nobody uses the server; then new users wait until we have ended."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
