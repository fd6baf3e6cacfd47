"""``manage.py open_administrator ROLE USERNAME NAME UNIT``: the first accounts, as there is nobody above to
open them."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import THREE_ADMINISTRATORS
from accounts.workflow import open_administrator
from records.refusals import Refused
from villages.models import Unit


class Command(BaseCommand):
    help = "Open the account of one of the three administrators; prints its one-time password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=sorted(THREE_ADMINISTRATORS))
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("unit", help="division code of the city or province")

    def handle(self, *args, role: str, username: str, name: str, unit: str, **options) -> None:
        place = Unit.objects.filter(code=unit).first()
        if place is None:
            raise CommandError(f"no unit has the code {unit}")
        try:
            _user, password = open_administrator(role, username, name, place)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(password or f"{username} keeps its password")
