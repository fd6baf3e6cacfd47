"""Who may sign in to the PostgreSQL that we start, and as what.

Two roles with passwords, kept in ``DATA_DIR`` for its owner alone: one owns the tables and migrates, the other runs the
system and can neither switch a trigger off nor empty a table. A superuser signs in only as the account that the server
or its keeper runs under, which the kernel vouches for (peer).
"""

import contextlib
import hashlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from config.secret_key import kept_secret
from config.services.service_directory import ServiceDirectory

OWNER = "pingxing"  # owns its database and may create others (for tests), but is no superuser
RUNTIME = "pingxing_runtime"
SUPERUSER = "postgres"
STAMP = "roles.stamp"


@dataclass(frozen=True)
class Access:
    """The roles of one ``DATA_DIR``: their passwords, and the files in which PostgreSQL reads who may come in."""

    place: ServiceDirectory

    def password(self, role: str) -> str:
        """Made on first use; of letters that need no quoting in an address or a statement."""
        return kept_secret(self.place.data_dir / f"postgresql.{role}.password")

    def guard(self, directory: Path) -> None:
        """Write who may come in; at every start, so that a file changed by hand does not last."""
        self._write(
            directory / "pg_hba.conf",
            f"local all {SUPERUSER} peer map=keeper",
            f"local all {OWNER},{RUNTIME} scram-sha-256",
        )
        self._write(directory / "pg_ident.conf", *(f"keeper {name} {SUPERUSER}" for name in self._keepers()))

    def statements(self) -> str:
        """What gives the roles their passwords, a statement a line; twice is as once."""
        return (
            f"DO $$ BEGIN CREATE ROLE {RUNTIME} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$\n"
            f"GRANT {RUNTIME} TO {OWNER}\n"  # who may take its place, never the other way round
            f"ALTER ROLE {RUNTIME} PASSWORD '{self.password(RUNTIME)}'\n"
            f"ALTER ROLE {OWNER} PASSWORD '{self.password(OWNER)}'\n"
        )

    def is_set(self, directory: Path) -> bool:
        """Whether this cluster's roles have these passwords."""
        stamp = directory / STAMP
        return stamp.exists() and stamp.read_text().strip() == self._stamp

    def note(self, directory: Path) -> None:
        self._write(directory / STAMP, self._stamp)

    @property
    def _stamp(self) -> str:
        return hashlib.sha256(self.statements().encode()).hexdigest()

    def _keepers(self) -> list[str]:
        """The names of the accounts that hold this directory; an account without a name is nobody's."""
        found = set()
        for uid in (self.place.account.uid, os.geteuid()):
            with contextlib.suppress(KeyError):
                found.add(pwd.getpwuid(uid).pw_name)
        return sorted(found)

    def _write(self, path: Path, *lines: str) -> None:
        """For the server's account alone, whole or not at all."""
        draft = path.with_suffix(".draft")
        draft.write_text("".join(f"{line}\n" for line in lines))
        draft.chmod(0o600)
        os.chown(draft, self.place.account.uid, self.place.account.gid)
        draft.replace(path)
