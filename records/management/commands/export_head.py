from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from records.chain_head import Head


class Command(BaseCommand):
    help = "Write the head of the proof (number and hash of its last link), to be kept outside and checked later."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--output", type=Path, help="the file to write; without it the head is printed")

    def handle(self, *args, output: Path | None, **options) -> None:
        head = Head.newest()
        if head is None:
            raise CommandError("Nothing has been sealed yet.")
        if output is None:
            self.stdout.write(head.text, ending="")
        else:
            output.write_text(head.text, encoding="utf-8")
