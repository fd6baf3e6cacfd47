from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from config.backup import BackupFailed, key, taking


class Command(BaseCommand):
    help = "Write database and uploaded files into one file, and the secret key into a file beside it; people may work."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; FILE.key is written beside it")

    def handle(self, *args, file: Path, **options) -> None:
        try:
            manifest = taking.take(file)
        except BackupFailed as refused:
            raise CommandError(str(refused)) from None
        files = len(manifest.members) - 1
        self.stdout.write(f"{file}: {filesizeformat(manifest.size)}, the database and {files} files")
        if key.is_given():
            self.stdout.write("The secret key is the environment's (SECRET_KEY): keep it as well, in another place.")
        else:
            self.stdout.write(f"{key.path_beside(file)}: the secret key. Keep it in another place than the backup.")
        for sha256 in manifest.damaged:
            self.stderr.write(f"stored file {sha256} is gone or damaged (check_integrity names it)")
        if manifest.damaged:
            raise CommandError(f"The backup is whole but for {len(manifest.damaged)} files that were damaged before.")
