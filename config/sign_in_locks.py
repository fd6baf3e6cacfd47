"""Account lockout at sign-in: too many wrong passwords from one address (axes) or from all, or too many wrong codes
after them."""

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from django.http import HttpRequest

from accounts.locks import locked_elsewhere
from accounts.models import User
from accounts.workflow import locked_by_codes
from records.client_ip import line_of

LONGEST_NAME = 150
"""No account has a longer name (``accounts.models.User``)."""


def counted_name(request: HttpRequest, credentials: dict | None = None) -> str | None:
    """The name under which a failure is counted, case-insensitive and cut to the length of the column."""
    name = credentials.get("username") if credentials else getattr(request, "POST", {}).get("username")
    return User.normalize_username(name)[:LONGEST_NAME].replace("\x00", "") if name else None


class LockHandler(AxesDatabaseHandler):
    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        username = get_client_username(request, credentials)
        if super().is_locked(request, credentials):
            return True
        return bool(username) and (locked_elsewhere(username, line_of(request)) or locked_by_codes(username))
