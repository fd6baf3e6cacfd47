"""Demonstration data is refused, loudly, wherever ``DEMO`` is off (design §3).

What it is, ``reports`` knows: it registers a system check with the tag ``demonstration``. Every door asks here.
"""

from django.core.checks import run_checks

from accounts.models import User
from villages.models import Unit

TAG = "demonstration"


def refuse_where_it_is_off() -> None:
    """Raise ``SystemExit`` with what was found: demonstration accounts or data while DEMO is off."""
    found = [message for message in run_checks(tags=[TAG], databases=["default"]) if message.is_serious()]
    if found:
        raise SystemExit("\n".join(f"{message.msg}\n{message.hint or ''}".strip() for message in found))


def is_wanted() -> bool:
    """Whether the database is as empty as after the first migration."""
    return not Unit.objects.exists() and not User.objects.exists()
