"""The kinds of notice: their words inside and outside, the group they belong to, and how urgent they are.

Each app registers its own in ``registrations.py``.
"""

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from records.registry import KeyedRegistry

logger = logging.getLogger(__name__)
STORED_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
STORED_AMOUNT = re.compile(r"\d+(\.\d+)?")
AMOUNT = "amount"
"""The parameter of a notice that is money, in yuan."""


class Group(TextChoices):
    """How the bell and a person's choices sort the kinds."""

    APPLICATION = "application", _("Applications and cycles")
    REVIEW = "review", _("Reviews and decisions")
    STAR = "star", _("Stars and events")
    DUE = "due", _("Deadlines and reminders")
    MONEY = "money", _("Money")
    ACCOUNT = "account", _("Offices, accounts and data")


@dataclass(frozen=True)
class Kind:
    """``text`` is filled with the notice's parameters and stays inside: the bell and e-mail.

    ``outside`` is what a third party's platform (a work group's robot, a short message) gets: words in which nothing
    but ``%(count)s`` varies, so that no name, case, score or comparison leaves; None: nothing of this kind leaves.
    ``until`` names the parameter with the deadline, ``counts`` the one with a number (absent: a notice counts one).
    ``urgent``: a red warning, which no quiet hours hold back. ``security``: of sign-in and passwords, which nobody
    can switch off or put off. ``to_doer``: of what also the person who acted could not know; any other notice of a
    step goes to everybody but them.
    """

    text: Any
    group: Group
    outside: Any
    until: str = ""
    counts: str = ""
    urgent: bool = False
    security: bool = False
    to_doer: bool = False

    @property
    def at_any_hour(self) -> bool:
        return self.urgent or self.security


KINDS = KeyedRegistry[str, Kind]()


def register(**kinds: Kind) -> None:
    """``register(application_returned=Kind(_("…"), Group.APPLICATION, outside=ngettext_lazy("…", "…", "count")))``."""
    KINDS.register(kinds)


def text_of(kind: str, params: dict) -> str:
    """The notice's text in the active language; days and amounts, which are stored plainly, as people write them."""
    if kind not in KINDS:
        logger.error("A notice has a kind that is not known: %s", kind)
        return gettext("A notice whose words are not known here")
    return filled(KINDS[kind].text, params)


def filled(text: Any, params: dict) -> str:
    """A text of a kind with its parameters, as people read them; "…" for one that is not there."""
    shown = {name: grouped(value) if name == AMOUNT else in_words(value) for name, value in params.items()}
    return str(text) % _Words(shown)


class _Words(dict[str, Any]):
    """One text that lacks a value takes no page away on which others stand."""

    def __missing__(self, name: str) -> str:
        logger.error("A stored text lacks its value “%s”; it has %s", name, sorted(self))
        return "…"


def in_words(value: Any) -> Any:
    """A stored day as people write it; all else as it is."""
    if isinstance(value, str) and STORED_DAY.fullmatch(value):
        with suppress(ValueError):
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
    return value


def grouped(amount: Any) -> Any:
    """A stored amount with its thousands grouped, as on the pages: 10000.00 → 10,000.00."""
    return f"{Decimal(amount):,.2f}" if STORED_AMOUNT.fullmatch(str(amount)) else amount
