import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupFailed, restoring


class Command(BaseCommand):
    help = "Restore a backup into an empty DATA_DIR and an empty database, bring it up to date, and check all of it."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, help="the file of the secret key; without it FILE.key")

    def handle(self, *args, file: Path, key: Path | None, **options) -> None:
        try:
            manifest = restoring.restore(file, key)
        except BackupFailed as refused:
            raise CommandError(f"Nothing was restored: {refused}") from None
        files = len(manifest.members) - 1
        self.stdout.write(f"Restored as of {manifest.taken_at}: the database and {files} files. Checking …")
        self.stdout.flush()
        call_command("migrate", verbosity=0, interactive=False)  # which also gives the running system its rights
        # A process of its own: this one still has the secret key from before.
        check = [sys.executable, settings.BASE_DIR / "manage.py", "check_integrity"]
        if code := subprocess.run(check).returncode:  # noqa: S603
            raise CommandError(f"Restored, but check_integrity ended with {code}: see above.")
