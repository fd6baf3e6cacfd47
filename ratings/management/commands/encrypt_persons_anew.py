"""``manage.py encrypt_persons_anew``: after the secret key was changed (docs/operations.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ratings.workflow.encrypting_anew import encrypt_persons_anew


class Command(BaseCommand):
    help = "Encrypt the persons named in events under the current secret key."

    def handle(self, *args: Any, **options: Any) -> None:
        done = encrypt_persons_anew()
        self.stdout.write(f"encrypted anew: {done.persons}")
        if done.unreadable:
            raise CommandError(f"no key is known any more for {done.unreadable}; they stay as they are")
