"""What may be said outside, to robots and by short message: how many of a kind, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.kinds import KINDS, in_words
from notifications.models import Notice


class Counted(Protocol):
    kind: str
    count: int
    until: str


@dataclass
class Count:
    kind: str
    count: int
    until: str


def count_of(name: str, notices: Iterable[Notice]) -> Count:
    """Each thing once, whoever was told of it; the deadline if it is the same for all."""
    kind = KINDS[name]
    things = {(notice.unit_code, notice.link): notice.params for notice in notices}
    deadlines = {str(params.get(kind.until, "")) for params in things.values()}
    number = sum(int(params.get(kind.counts, 1)) if kind.counts else 1 for params in things.values())
    return Count(name, number, deadlines.pop() if len(deadlines) == 1 else "")


def said(one: Counted) -> str:
    kind = KINDS.get(one.kind)
    if kind is None or kind.outside is None:  # of a version that knew it
        return ngettext("%(count)s matter waits", "%(count)s matters wait", one.count) % {"count": one.count}
    words = str(kind.outside % {"count": one.count})
    return _("%(what)s (until %(until)s)") % {"what": words, "until": in_words(one.until)} if one.until else words


def said_of_all(parts: Iterable[Counted]) -> str:
    """Added up by kind and deadline."""
    sums: dict[tuple[str, str], Count] = {}
    for part in parts:
        sums.setdefault((part.kind, part.until), Count(part.kind, 0, part.until)).count += part.count
    return _("; ").join(map(said, sums.values()))
