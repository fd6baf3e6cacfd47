"""The keeper: a process that runs one server as its child for as long as it has users.

``python -m config.services.keeper NAME DATA_DIR START_LOCK`` says ``ready`` on stdout, or one line about what went
wrong, and ends when nobody holds ``NAME.users``. If it is killed, the kernel signals the server.
"""

import fcntl
import logging
import os
import sys
import time
from pathlib import Path

from config.services.attachment import keeper_log, lock_file
from config.services.binaries import ProgramMissing
from config.services.logs import Log
from config.services.restarts import Restarts
from config.services.servers import PostgreSQL, Server, ServerFailed, Valkey
from config.services.service_directory import ServiceDirectory, ServiceDirectoryRefused

LOOK_SECONDS = 0.1
FAILURES = (ServerFailed, ProgramMissing, ServiceDirectoryRefused, OSError)
logger = logging.getLogger(__name__)
KINDS = {kind.name: kind for kind in (PostgreSQL, Valkey)}


def main(name: str, data_dir: str, start_lock: str) -> int:
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    server = KINDS[name](ServiceDirectory(Path(data_dir)))
    mine = lock_file(server, "keeper")  # never closed: its end signals the end of this process to those who wait for it
    fcntl.flock(mine, fcntl.LOCK_EX)
    try:
        server.start()
    except FAILURES as failed:
        report(one_line(failed))
        return 1
    report("ready")
    os.close(int(start_lock))
    keep(server)
    return 0


def report(line: str) -> None:
    """Report to the starter, and close its pipe."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def keep(server: Server) -> None:
    """Restart ``server`` when it dies, with backoff, until nobody uses it.

    Only the lock decides: a user that is killed while detaching cannot take the server away from the next one.
    """
    users, restarts = lock_file(server, "users"), Restarts()
    restarts.started()
    mine = Log(keeper_log(server))
    while not has_alone(users):
        time.sleep(LOOK_SECONDS)
        server.log.rotate()
        mine.rotate()
        if server.is_running():
            continue
        if not restarts.is_noted:
            pause = restarts.ended()
            logger.warning("%s ended: %s; started again in %s s", server.name, server.log.last_words(), pause)
        if restarts.is_due:
            restarts.started()
            try:
                server.start()
            except FAILURES as failed:
                logger.error("%s", one_line(failed))
    server.stop()


def one_line(failed: Exception) -> str:
    return " ".join(str(failed).split())


def has_alone(users: int) -> bool:
    """Whether nobody uses the server; new users then wait until we have ended."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
