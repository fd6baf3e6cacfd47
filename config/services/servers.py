"""The two servers: how each is created, started, checked for readiness and stopped. Only a keeper starts and
stops them."""

import contextlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from config.services import binaries
from config.services.access import OWNER, RUNTIME, Access
from config.services.logs import Log
from config.services.parent_death import dying_with_parent
from config.services.service_directory import ServiceDirectory

START_SECONDS = 300  # crash recovery may take a while
STOP_SECONDS = 20
logger = logging.getLogger(__name__)


class ServerFailed(Exception):
    """A server could not be started; the message ends with its output."""


class Server(ABC):
    """One server program with its own directory in ``DATA_DIR``."""

    name: ClassVar[str]
    stop_signal: ClassVar[int]
    orphan_signal: ClassVar[int]
    environment: ClassVar[dict] = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def __init__(self, place: ServiceDirectory) -> None:
        self.place = place
        self.process: subprocess.Popen | None = None
        self.log = Log(place.log_dir / f"{self.name}.log")

    @property
    def directory(self) -> Path:
        return self.place.data_dir / self.name

    @property
    def socket_dir(self) -> Path:
        return self.place.socket_dir(self.directory)

    @property
    def seen_directory(self) -> str:
        """The directory as the server can address it: as its working directory, parents closed to its account
        do not matter."""
        return str(self.directory) if self.place.account.reaches(self.directory.parent) else "/proc/self/cwd"

    def prepare(self) -> None:
        """Create the directory and whatever the server needs in it, once."""
        self.place.owned(self.directory)

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def is_ready(self) -> bool: ...

    def start(self) -> None:
        """Start the server and return when it answers. Raises ``ServerFailed``."""
        self._end_orphans()
        self.prepare()
        self.place.owned(self.socket_dir)
        self._spawn()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if not self.is_running() or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"{self.name} did not start: {self.log.last_words()}")
            time.sleep(0.01)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the server gracefully, or by force if it does not react."""
        for signum in (self.stop_signal, signal.SIGKILL):
            if not self.is_running():
                break
            self.process.send_signal(signum)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _spawn(self) -> None:
        with self.log.open() as log:
            self.process = subprocess.Popen(  # noqa: S603 - programs of our own environment
                self.command(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                preexec_fn=dying_with_parent(self.stop_signal),  # the keeper has one thread
                **self.place.account.spawn_options,
            )

    def _end_orphans(self) -> None:
        """End processes that an earlier keeper left here; we hold the keeper's lock, so none belongs to a live
        keeper."""
        program = Path(self.command()[0]).name
        deadline = time.monotonic() + STOP_SECONDS
        while orphans := _running(program, self.directory):
            signum = self.orphan_signal if time.monotonic() < deadline else signal.SIGKILL
            for pid in orphans:
                _signal(pid, signum)
            time.sleep(0.1)


class PostgreSQL(Server):
    name = "postgresql"
    stop_signal = signal.SIGINT  # "fast": open sessions are ended, nothing is lost
    orphan_signal = signal.SIGQUIT  # the one signal that ends every process of a cluster at once, recoverably
    database = "pingxing"

    @property
    def access(self) -> Access:
        return Access(self.place)

    @property
    def url(self) -> str:
        """The address for the role that owns the tables."""
        return self._url(OWNER)

    @property
    def runtime_url(self) -> str:
        """The address for the role of the running system."""
        return self._url(RUNTIME)

    def _url(self, role: str) -> str:
        return f"postgres://{role}:{self.access.password(role)}@/{self.database}?host={self.socket_dir}"

    def prepare(self) -> None:
        made = self.directory / "PG_VERSION"
        if not self.directory.exists():
            self._create()
        if int(made.read_text()) != self._major:
            raise ServerFailed(
                f"{self.directory} was made by PostgreSQL {made.read_text().strip()}, "
                f"but {self._bin / 'postgres'} is {self._major}"
            )
        self.access.write_access_rules(self.directory)
        if not self.access.is_set(self.directory):
            self._single(self.directory, self.seen_directory, self.access.statements())
            self.access.note(self.directory)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "max_wal_size": "2GB",
            "work_mem": "32MB",
            # The statement of a process that was killed ends: it would go on holding its locks, for hours at worst.
            "client_connection_check_interval": "2s",
            "jit": "off",  # JIT compilation costs more than it saves on our queries
            "log_timezone": "Asia/Shanghai",
            # The data is personal: a failed statement is logged without its text, values and row.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_checkpoints": "off",
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(self._bin / "postgres"), "-D", self.seen_directory, *settings]

    def is_ready(self) -> bool:
        """As ``pg_ctl`` does: the pid file names our child, and its eighth line says "ready"."""
        try:
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and int(lines[0]) == self.process.pid and lines[7].strip() == "ready"

    @property
    def _bin(self) -> Path:
        return binaries.postgresql_bin(self.place.account)

    @property
    def _major(self) -> int:
        said = subprocess.run([self._bin / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        return int(re.search(r"\) (\d+)", said.stdout)[1])

    def _create(self) -> None:
        """Create the cluster beside its final place and move it there when complete: an interrupted start leaves
        nothing half made."""
        unfinished = self.directory.with_suffix(".new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self.place.owned(unfinished)
        seen = str(unfinished) if self.seen_directory == str(self.directory) else self.seen_directory
        # With ctype C, pg_trgm finds no Chinese. Before 17 there is no builtin provider.
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self._major >= 17 else []
        initdb = str(self._bin / "initdb")
        options = ["--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", *provider]
        self._run(unfinished, initdb, "-D", seen, *options)
        statements = f"create role {OWNER} login createdb\ncreate database {self.database} owner {OWNER}\n"
        self._single(unfinished, seen, statements)
        unfinished.rename(self.directory)

    def _single(self, directory: Path, seen: str, statements: str) -> None:
        """Execute ``statements``, one a line, in single-user mode while no server runs: that needs no sign-in."""
        self._run(directory, str(self._bin / "postgres"), "--single", "-D", seen, "postgres", statements=statements)

    def _run(self, directory: Path, *command: str, statements: str = "") -> None:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=directory,
            input=statements,
            capture_output=True,
            text=True,
            env=self.environment,
            **self.place.account.spawn_options,
        )
        if done.returncode:
            raise ServerFailed(f"{Path(command[0]).name} failed: {done.stderr.strip()}")

    def _end_orphans(self) -> None:
        super()._end_orphans()
        # Its pid may belong to another program by now, which postgres would take for a running server.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)


class Valkey(Server):
    name = "valkey"
    stop_signal = orphan_signal = signal.SIGTERM

    @property
    def socket(self) -> Path:
        return self.socket_dir / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        program = binaries.valkey_server(self.place.account)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "save": "",
            "loglevel": "warning",
        }
        return [str(program), *(part for key, value in options.items() for part in (f"--{key}", value))]

    def start(self) -> None:
        """A damaged dump (a torn page) prevents the start; nothing in it is needed, so start afresh."""
        try:
            super().start()
        except ServerFailed as failed:
            kept = self.directory / "appendonlydir"
            if not kept.exists():
                raise
            aside = self.directory / "damaged"
            logger.warning("%s; what it had kept is put aside as %s", failed, aside)
            shutil.rmtree(aside, ignore_errors=True)
            kept.rename(aside)
            super().start()

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(7) == b"+PONG\r\n"
            except OSError:
                return False


def _running(program: str, directory: Path) -> list[int]:
    """The processes of ``program`` that work in ``directory``: a server and its forks."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                named = (entry / "comm").read_text().strip() == program[:15]
                if named and os.readlink(entry / "cwd") == str(directory):
                    found.append(int(entry.name))
            except OSError:  # gone, or another account's
                continue
    return found


def _signal(pid: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)
