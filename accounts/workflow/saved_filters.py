"""Keeping a list's filter under a name, and removing it."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Appointment, SavedFilter, User
from accounts.saved_filters import LONGEST_QUERY, asked_of
from records.refusals import Incomplete, NotAllowed, UnknownFields

MOST = 30
"""Of one person for one list."""


def save_filter(address: str, name: str, *, by: User, office: Appointment | None = None) -> SavedFilter:
    """Keep what ``address`` asks of a list; ``office``: the post whose holders share it.

    Raises ``NotAllowed`` for another address or somebody else's office, ``UnknownFields``, ``Incomplete``.
    """
    asked = asked_of(address)
    if asked is None or (office is not None and office not in by.posts):
        raise NotAllowed
    if asked.unknown:
        message = _("The list does not know %(names)s. Nothing was saved.") % {"names": ", ".join(asked.unknown[:5])}
        raise UnknownFields(message, {"": message})
    if not asked.query:
        raise Incomplete(_("Nothing is chosen in this list yet: choose first, then save."))
    if len(asked.query) > LONGEST_QUERY:
        raise Incomplete(_("This filter is too long to be saved."))
    name = " ".join(name.split())
    if not name:
        raise Incomplete(_("Please give a name."), {"name": _("Please give a name.")})
    if by.saved_filters.filter(path=asked.path).count() >= MOST:
        raise Incomplete(_("At most %d filters of one list: please remove one first.") % MOST)
    shared = {"unit_id": office.unit_id, "role": office.role} if office else {}
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(owner=by, name=name, path=asked.path, query=asked.query, **shared)
    except IntegrityError:
        message = _("You have a filter of this name here already.")
        raise Incomplete(message, {"name": message}) from None


def remove_filter(saved: SavedFilter, *, by: User) -> None:
    """Remove one's own filter, or one that is shared with an office that one holds today.

    Raises ``NotAllowed``.
    """
    if not SavedFilter.objects.of(by).filter(pk=saved.pk).exists():
        raise NotAllowed
    saved.delete()
