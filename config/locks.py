"""When nobody gets in by an account's name and password: too many were wrong (axes), or too many codes after them."""

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from django.http import HttpRequest

from accounts.workflow import locked_by_codes


class LockHandler(AxesDatabaseHandler):
    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        username = get_client_username(request, credentials)
        return super().is_locked(request, credentials) or (bool(username) and locked_by_codes(username))
