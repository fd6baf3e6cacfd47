"""Who may sign in to our own PostgreSQL, and in which role.

Two roles with passwords, kept in ``DATA_DIR`` for its owner only: one owns the tables and migrates, the other runs the
system and can neither disable a trigger nor truncate a table. A superuser signs in only as the account that the server
or its keeper runs under, authenticated by the kernel (peer).
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
    """The roles of one ``DATA_DIR``: their passwords, and the files in which PostgreSQL reads who may connect."""

    place: ServiceDirectory

    def password(self, role: str) -> str:
        """Generated on first use, of characters that need no quoting in an address or a statement."""
        return kept_secret(self.place.data_dir / f"postgresql.{role}.password")

    def write_access_rules(self, directory: Path) -> None:
        """Write who may connect; at every start, so that a file edited by hand does not persist."""
        self._write(
            directory / "pg_hba.conf",
            f"local all {SUPERUSER} peer map=keeper",
            f"local all {OWNER},{RUNTIME} scram-sha-256",
        )
        self._write(directory / "pg_ident.conf", *(f"keeper {name} {SUPERUSER}" for name in self._keepers()))

    def statements(self) -> str:
        """The statements that give the roles their passwords, one a line; idempotent."""
        return (
            f"do $$ begin create role {RUNTIME} login; exception when duplicate_object then null; end $$\n"
            f"grant {RUNTIME} to {OWNER}\n"  # who may assume its role, never the other way round
            f"alter role {RUNTIME} password '{self.password(RUNTIME)}'\n"
            f"alter role {OWNER} password '{self.password(OWNER)}'\n"
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
        """The names of the accounts that own this directory; an account without a name is skipped."""
        found = set()
        for uid in (self.place.account.uid, os.geteuid()):
            with contextlib.suppress(KeyError):
                found.add(pwd.getpwuid(uid).pw_name)
        return sorted(found)

    def _write(self, path: Path, *lines: str) -> None:
        """Write for the server's account only, atomically."""
        draft = path.with_suffix(".draft")
        draft.write_text("".join(f"{line}\n" for line in lines))
        draft.chmod(0o600)
        os.chown(draft, self.place.account.uid, self.place.account.gid)
        draft.replace(path)
