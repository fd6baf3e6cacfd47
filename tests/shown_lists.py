"""Lists that show everybody their own: something of either county stands on them, so that a leak would be seen."""

import re

from tests.route_access import SIGNED_IN, Anywhere
from tests.route_permissions import DOORS
from tests.two_tenants import FIRST, SECOND, Person

LISTS = {
    name
    for name, door in DOORS.items()
    if door.ways.get("get") == SIGNED_IN or isinstance(door.ways.get("get"), Anywhere)
}
# Lists that name no unit but the reader's own: settings, redirects, and what belongs to the county as a whole.
BARE = {"account_change_password", "account_reauthenticate", "own_phone", "settings", "sms_log", "apply", "review_desk"}
BARE |= {
    "session_keep_alive",
    "own_notifications",
    "scheme_import",
    "cycles_to_open",
    "cadre_list",
    "cadre_list_empty",
    "cycles",
    "event_sheet",
    "event_sheet_empty",
    "supply",
    "review_batches",
    "saved_filters",
    "saved_filter_new",
}
BARE |= {"saved_filter_new", "honour_round_new", "honour_selection_new", "unit_order_new"}
BARE |= {"proof", "proof_head", "unit_profiles_sheet", "unit_tags_sheet"}


def counties_on(text: str, person: Person) -> set[str]:
    """The counties of which ``text`` shows more than the reader's own name and unit."""
    shell = f"{person.user.name}|{person.mark}{person.code}(?!\\d)|{person.mark}{person.code[:6]}(?!\\d)"
    text = re.sub(shell, "", text)
    return {place.county for place in (FIRST, SECOND) if place.mark in text or place.county in text}


def counties_expected(name: str) -> set[str]:
    return set() if name in BARE else {FIRST.county, SECOND.county}
