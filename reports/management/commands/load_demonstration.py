from django.core.management.base import BaseCommand

from reports.demonstration.load import load


class Command(BaseCommand):
    help = (
        "Load the demonstration (only with DEMO=1): places, people, schemes, three years. What is there already stays."
    )

    def handle(self, *args, **options) -> None:
        for line in load():
            self.stdout.write(line)
            self.stdout.flush()
