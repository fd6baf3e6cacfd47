"""Stored files that are missing, truncated or altered: ``check_integrity`` reads all, a nightly task a share."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from records.integrity import Fault, IntegrityCheck
from records.models import StoredFile

SHARES = 30
"""Number of nights in which every file is read once."""


def place(sha256: str) -> str:
    """The storage name of some bytes (outside the web root, see settings): their own hash, in 256 folders."""
    return f"{sha256[:2]}/{sha256}"


def found(sha256: str) -> tuple[int, str] | None:
    """Size and hash of what is stored under a hash; None if there is nothing."""
    try:
        with default_storage.open(place(sha256)) as file:
            digest, size = hashlib.sha256(), 0
            for chunk in file.chunks():
                digest.update(chunk)
                size += len(chunk)
            return size, digest.hexdigest()
    except FileNotFoundError:
        return None


def keep_young(sha256: str) -> None:
    """What is kept under a hash is used from now on: it is no leftover (``records.file_sweep``)."""
    with suppress(FileNotFoundError):
        os.utime(default_storage.path(place(sha256)))


def faults(shares: Collection[int] = range(SHARES)) -> Iterator[Fault]:
    """Files that differ from their rows, among all or some ``shares``."""
    rows = StoredFile.objects.order_by("sha256", "pk").distinct("sha256").values_list("pk", "sha256", "size", "name")
    for pk, sha256, size, name in rows.iterator():
        if int(sha256[:8], 16) % SHARES not in shares:
            continue
        kept = found(sha256)
        if kept == (size, sha256):
            continue
        row = _("stored file %(key)s “%(name)s”") % {"key": pk, "name": name}
        if kept is None:
            yield Fault(row, _("%(size)s bytes, hash %(hash)s") % {"size": size, "hash": sha256}, _("nothing"))
        else:
            expected, read = (
                _("%(size)s bytes, hash %(hash)s") % {"size": count, "hash": digest}
                for count, digest in ((size, sha256), kept)
            )
            yield Fault(row, expected, read)


CHECK = IntegrityCheck("files", faults)
