"""``manage.py encrypt_anew``: after the secret key was changed (docs/operations.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.encrypting_anew import encrypt_anew


class Command(BaseCommand):
    help = "Encrypt persons named in events, robots and second factors under the current secret key."

    def handle(self, *args: Any, **options: Any) -> None:
        done = encrypt_anew()
        for name, count in done.items():
            self.stdout.write(f"{name}: {count.rows}")
        if lost := {name: count.unreadable for name, count in done.items() if count.unreadable}:
            said = ", ".join(f"{name}: {n}" for name, n in lost.items())
            raise CommandError(f"no key is known any more, they stay as they are: {said}")
