"""The results of an integrity check in the reader's language: on the auditor's page and as ``check_integrity`` prints
them. The checks themselves write for developers: their results are stored unchanged."""

import re

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CHECKS = {
    "chain": _("The chain"),
    "proved rows": _("Rows with a fingerprint"),
    "proved blocks": _("Blocks of rows with a fingerprint"),
    "history": _("The history of the rows"),
    "changes by hand": _("Changes by hand"),
    "writers of the proof": _("What writes the proof"),
    "schema": _("Tables and columns"),
    "triggers": _("Triggers"),
    "rights": _("Rights in the database"),
    "ledger": _("Ledger"),
    "draws of panels": _("Draws of panels"),
    "applications": _("Applications"),
    "star register": _("Star register"),
    "files": _("Stored files"),
    "panel points": _("Points of panels"),
    "kept points": _("Points summed up"),
    "grants": _("Rights from appointments"),
    "what stays": _("What must stay"),
    "issued schemes": _("Issued schemes"),
    "results of programmes": _("Results of programmes"),
    "awards of rounds": _("Awards of model villages"),
}

PHRASES = [
    (r"nothing", pgettext_lazy("found", "nothing there")),
    (r"another", _("another")),
    (r"standing and firing", _("standing and firing")),
    (r"missing or switched off", _("missing or switched off")),
    (r"switched off", _("switched off")),
    (r"as the code makes it|as in records/proof\.sql", _("as the code makes it")),
    (r"the link that seals them", _("the link that seals them")),
    (r"a number, as of every seal", _("a number, as of every seal")),
    (r"between its neighbours", _("between its neighbours")),
    (r"no such row: it was deleted", _("no such row: it was deleted")),
    (r"no such row: nothing was ever written here", _("no such row: nothing was ever written here")),
    (r"no such row: its history knows none", _("no such row: its history knows none")),
    (r"a person's or a command's step", _("a person's or a command's step")),
    (r"written by hand", _("written by hand")),
    (r"changed by hand", _("changed by hand")),
    (r"deleted by hand", _("deleted by hand")),
    (r"no period", _("no period")),
    (r"withdrawn or passed on by the order", _("withdrawn or passed on by the order")),
    (r"committed (?P<committed>\S+) disbursed (?P<paid>\S+)", _("committed %(committed)s, disbursed %(paid)s")),
    (r"drafted once the villages were named", _("drafted once the villages were named")),
    (r"drafted before", _("drafted before")),
    (r"a budget of (?P<least>\S+) or more", _("a budget of %(least)s yuan or more")),
    (r"a budget of (?P<amount>\S+)", _("a budget of %(amount)s yuan")),
    (r"(?P<n>\d+) digests", _("%(n)s fingerprints")),
    (r"digests that sum up to (?P<sum>\w+)", _("fingerprints that sum up to %(sum)s")),
    (r"the row with digest (?P<digest>\w+)", _("the row with the fingerprint %(digest)s")),
    (r"(?:digest|hash) nothing", pgettext_lazy("found", "nothing there")),
    (r"digest (?P<digest>\w+)", _("fingerprint %(digest)s")),
    (r"hash (?P<digest>\w+)", _("fingerprint %(digest)s")),
]


def check_words(name: str) -> str:
    """The name of a check; for an exported head, with its number."""
    if head := re.fullmatch(r"head (?P<number>\d+)", name):
        return _("exported head %(number)s") % head.groupdict()
    return str(CHECKS.get(name, name))


def phrase(text: str) -> str | None:
    """The expected or actual value in words; None for content that is shown as it is."""
    for pattern, words in PHRASES:
        if match := re.fullmatch(pattern, text):
            return str(words) % match.groupdict() if match.groupdict() else str(words)
    return None
