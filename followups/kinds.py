"""The kinds of follow-up. Each app registers its own in ``registrations.py``."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.role_holders import ever_held, has_post
from notifications import kinds as notices
from records.registry import KeyedRegistry

NOTICES = {
    "opened": (
        _("{what}. To be done by %(until)s"),
        ngettext_lazy("%(count)s follow-up is to be done", "%(count)s follow-ups are to be done", "count"),
    ),
    "late": (
        _("Late, due by %(until)s: {what}"),
        ngettext_lazy("%(count)s follow-up is late", "%(count)s follow-ups are late", "count"),
    ),
    "reported": (
        _("Reported done, please check: {what}"),
        ngettext_lazy("%(count)s follow-up is to be checked", "%(count)s follow-ups are to be checked", "count"),
    ),
    "sent_back": (_("Sent back (%(reason)s): {what}. To be done by %(until)s"), None),
    "accepted": (_("Checked and closed: {what}"), None),
    "cancelled": (_("No longer needed (%(reason)s): {what}"), None),
    "handed_on": (_("Handed on to you: {what}. To be done by %(until)s"), None),
}
"""What the people concerned are told of each step, inside (``{what}`` is the kind's own text) and outside."""

WITH_DEADLINE = ("opened", "late", "sent_back", "handed_on")


@dataclass(frozen=True)
class KeptFrom:
    """Who neither sees a follow-up nor is told of it, whatever their office; one rule from its two sides. ``rows``: a
    condition on the follow-ups that are kept from a user. ``people``: by unit (a code) the users (ids) from whom one
    about it is kept."""

    rows: Callable[[Any], Q]
    people: Callable[[Collection[str]], dict[str, set[int]]]


OF_THE_UNIT = KeptFrom(lambda user: Q(has_post(user.pk, "unit")), ever_held)
"""Who holds or ever held a post in the unit."""


@dataclass(frozen=True)
class FollowUpKind:
    """``name``: in filters and lists. ``text``: what is to be done, in words; ``%(unit)s`` and what the opener gives
    as ``params`` fill it.

    ``needs``: who may see the unit sees the follow-up only with one of these permissions there ("app.verb"); without
    any, everybody who may see follow-ups. The responsible and the checking office always see it. ``own_todo``: another
    source of the to-do list leads there, so the follow-up itself is not listed there. ``own_steps``: it is done where
    its link leads, so nobody reports it done by hand. ``lasting``: nobody calls it off by hand. ``signed``: in a
    village the signer alone reports it done; the filler reports progress. ``urgent``: no quiet hours hold back that it
    is late. ``told_elsewhere``: who has to do it is told in the words of the step that opens it, which lead to where it
    is done. ``kept_from``: who does not learn of it. ``warned``: when it is late a warning (``reports.kept_warnings``)
    takes it up, so it does not go up itself. ``measure``: a value against its threshold in words, filled with
    ``params``.
    """

    name: str | Promise
    text: str | Promise
    needs: Collection[str] = ()
    own_todo: bool = False
    own_steps: bool = False
    lasting: bool = False
    signed: bool = False
    urgent: bool = False
    told_elsewhere: bool = False
    warned: bool = False
    kept_from: KeptFrom | None = None
    measure: str | Promise = ""


KINDS = KeyedRegistry[str, FollowUpKind]()


def register(**kinds: FollowUpKind) -> None:
    """``register(proposal=FollowUpKind(_("Change of a star"), _("%(unit)s: settle …"), own_steps=True))``"""
    KINDS.register(kinds)
    for key, kind in kinds.items():
        notices.register(
            **{
                notice_kind(key, step): notices.Kind(
                    format_lazy(words, what=kind.text),
                    notices.Group.DUE,
                    outside=outside,
                    urgent=kind.urgent and step == "late",
                    until="until" if step in WITH_DEADLINE else "",
                )
                for step, (words, outside) in NOTICES.items()
            }
        )


def notice_kind(kind: str, step: str) -> str:
    """The kind of notice that tells of ``step`` with a follow-up of ``kind``."""
    return f"{kind}.{step}"
