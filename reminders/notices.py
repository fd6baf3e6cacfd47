"""The words of reminders, inside and outside."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind
from notifications.models import Notice

WAITS_OUTSIDE = ngettext_lazy("%(count)s matter is due or late", "%(count)s matters are due or late", "count")
KINDS = {
    "due_own": Kind(
        _("Waiting for you: %(own)s. The first is due by %(until)s"),
        Group.DUE,
        outside=WAITS_OUTSIDE,
        until="until",
        counts="count",
    ),
    "due_others": Kind(
        _("Late in your office: %(office)s; at the levels below: %(below)s. The first was due by %(until)s"),
        Group.DUE,
        outside=WAITS_OUTSIDE,
        until="until",
        counts="count",
    ),
    "due_both": Kind(
        _(
            "Waiting for you: %(own)s. Late in your office: %(office)s; at the levels below: %(below)s."
            " The first is due by %(until)s"
        ),
        Group.DUE,
        outside=WAITS_OUTSIDE,
        until="until",
        counts="count",
    ),
    "may_appeal": Kind(
        _("You may still appeal %(count)s results, if you do not agree; the first by %(until)s"),
        Group.DUE,
        outside=ngettext_lazy(
            "%(count)s result may still be appealed", "%(count)s results may still be appealed", "count"
        ),
        until="until",
        counts="count",
    ),
    "reminded": Kind(
        _("%(office)s reminds you: you have %(count)s to do, the first (%(place)s) is due by %(until)s. %(sentence)s"),
        Group.DUE,
        outside=WAITS_OUTSIDE,
        until="until",
        counts="count",
    ),
}


def daily_notice(user: int, counts: Mapping[str, int], until: str) -> Notice:
    """``counts``: own, office, below."""
    others = counts["office"] + counts["below"]
    kind = "due_both" if counts["own"] and others else "due_own" if counts["own"] else "due_others"
    link = reverse("home") if counts["own"] else reverse("due")
    params = {**counts, "count": counts["own"] + others, "until": until}
    return Notice(user_id=user, kind=kind, params=params, link=link)


def appeal_notice(user: int, count: int, until: str) -> Notice:
    return Notice(user_id=user, kind="may_appeal", params={"count": count, "until": until}, link=reverse("home"))


def notice_by_hand(user: int, letter: Mapping[str, Any], office: str, sentence: str) -> Notice:
    """``letter``: count, until, place."""
    return Notice(
        user_id=user, kind="reminded", params={**letter, "office": office, "sentence": sentence}, link=reverse("home")
    )
