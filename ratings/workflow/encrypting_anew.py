"""Persons named in events, encrypted under the current key instead of one that may have been read."""

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from ratings.models import EventPerson
from records import audit
from records.encryption import Unreadable


class EncryptedAnew(NamedTuple):
    """How many persons; of how many no key is known any more, which stay as they are."""

    persons: int
    unreadable: int


@transaction.atomic
def encrypt_persons_anew() -> EncryptedAnew:
    """Write every person of an event anew under the current key; the fallback keys are not needed for them then."""
    persons = list(EventPerson.objects.select_for_update().order_by("pk"))
    now, unreadable, written = timezone.now(), 0, []  # later than that of whoever held the rows before
    for one in persons:
        try:
            one.name, one.post = one.name, one.post
        except Unreadable:
            unreadable += 1
            continue
        one.encrypted_at = now
        written.append(one)
    with audit.acting(None, EventPerson.ENCRYPT_ANEW):
        EventPerson.objects.bulk_update(written, ["name_encrypted", "post_encrypted", "encrypted_at"], batch_size=500)
    return EncryptedAnew(len(written), unreadable)
