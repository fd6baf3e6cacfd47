import os
import sys
from threading import Thread

from django.core.management.base import BaseCommand, CommandParser

from reports.demonstration.load import load, load_step


class Command(BaseCommand):
    help = (
        "Load the demonstration (only with DEMO=1): places, people, schemes, five years. What is there already stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--step", help="load this step alone, for the process that began this one")

    def handle(self, *args, **options) -> None:
        if options["step"]:
            Thread(target=_end_with_parent, daemon=True).start()
            lines = [load_step(options["step"])]
        else:
            lines = load()
        for line in lines:
            self.stdout.write(line)
            self.stdout.flush()


def _end_with_parent() -> None:
    """The parent keeps our input open as long as it lives."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)
