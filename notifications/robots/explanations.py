"""Why a try failed, in words for the office that keeps the robot."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.models import RobotTry

TAKEN = _("Taken by the other side.")
WORDS: Mapping[str, Any] = {
    RobotTry.LOST: _("The system was stopped during this try: whether it arrived is not known."),
    "inside": _(
        "The name leads to %(detail)s, an address inside a network. Such a host is reached only if the operator of "
        "the system names it (ROBOT_HOSTS)."
    ),
    "unknown_name": _("The name %(detail)s is not known here. Is it spelt right, and is there a way to the internet?"),
    "slow_name": _("The name %(detail)s could not be looked up in time."),
    "bad_address": _("The address cannot be read: enter it again."),
    "unreadable": _("Address or secret cannot be read since the key of the system has changed: enter both again."),
    "timeout": _("No complete answer within %(detail)s seconds."),
    "tls": _("The certificate of the host is not accepted (%(detail)s)."),
    "proxy": _("The proxy did not let it through (%(detail)s)."),
    "refused": _("Nobody answers at this address (%(detail)s)."),
    "broken": _("The connection was cut before the answer (%(detail)s)."),
    "redirect": _(
        "The address leads on to another one (status %(detail)s), which is not followed. Enter the final one."
    ),
    "status": _("The host answered with status %(detail)s instead of success."),
    "errcode": _("The platform did not take it: %(detail)s."),
    "no_errcode": _("The answer is not one of this platform. Is it the right platform for the address?"),
}
HINTS: Mapping[tuple[str, str], Any] = {
    ("status", "401"): _("The other side asks for a sign-in."),
    ("status", "403"): _("The other side forbids it: perhaps only certain addresses may send there."),
    ("status", "404"): _("There is nothing at this address: perhaps the robot was removed from its group."),
    ("status", "429"): _("The other side wants fewer messages."),
    ("errcode", "310000"): _(
        "DingTalk's safety settings refuse it: the secret is wrong, or the keyword is not in our name, or our "
        "address is not allowed."
    ),
    ("errcode", "300001"): _("DingTalk does not know this robot: it was removed, or the address is cut short."),
    ("errcode", "130101"): _("DingTalk wants fewer messages; it goes on by itself."),
    ("errcode", "93000"): _("WeCom does not know this robot: it was removed, or the address is cut short."),
    ("errcode", "45009"): _("WeCom wants fewer messages; it goes on by itself."),
}


def explain(entry: RobotTry) -> str:
    """What became of one try, and what to do about it."""
    if not entry.problem:
        return str(TAKEN)
    words = str(WORDS[entry.problem]) % {"detail": entry.detail}
    hint = HINTS.get((entry.problem, entry.detail.partition(" ")[0]))
    return f"{words} {hint}" if hint else words
