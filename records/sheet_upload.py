"""A sheet uploaded on a page (architecture §6): its field, the marked copy that goes back, workbooks as responses.

Parsing and errors of a sheet are in ``records.workbooks``.
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from records import previews
from records.encryption import decrypt, encrypt
from records.refusals import Refused
from records.workbooks import SheetRow, WrongCell, marked_copy

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024
MARKED, MARKED_SECONDS = "marked sheet", 900


class SheetUploadField(forms.FileField):
    """The bytes of a sheet of at most ``MOST_BYTES``."""

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        sheet = super().clean(data, initial)
        if not sheet:
            return None  # none was asked for
        if sheet.size > MOST_BYTES:
            raise forms.ValidationError(_("The sheet is too large: at most 5 MB."))
        return sheet.read()


class SheetUploadForm(forms.Form):
    """One sheet; ``cleaned_data["sheet"]`` is its bytes."""

    sheet = SheetUploadField(label=_("The sheet, filled in (Excel or CSV)"))


def keep_shown(reader: Any, subject: str, rows: Sequence[SheetRow], outcome: Any) -> str:
    """Store the rows of a sheet about ``subject`` and what the page says they would do; returns the page's key."""
    return previews.keep(reader, subject, {"rows": plain_rows(rows), "outcome": outcome})


@contextmanager
def confirming(reader: Any, subject: str, key: str) -> Iterator[tuple[list[SheetRow], Callable[[Any], None]]]:
    """Apply, in one transaction, the rows stored under ``key``; yields them and a function that takes what they would
    do now and raises ``Outdated`` unless that was shown. Raises as ``previews.confirming``."""
    with previews.confirming(reader, subject, key) as shown:
        yield rows_again(shown["rows"]), lambda outcome: previews.require_unchanged(shown["outcome"], outcome)


def plain_rows(rows: Sequence[SheetRow]) -> list[Any]:
    """The rows of a sheet in the form stored until confirmation."""
    return [[row.sheet, row.number, dict(row.cells), dict(row.places), row.hidden] for row in rows]


def rows_again(kept: Sequence[Sequence[Any]]) -> list[SheetRow]:
    """The rows that ``plain_rows`` stored."""
    return [SheetRow(*parts) for parts in kept]


def keep_marked(user: Any, raw: bytes, problems: Sequence[WrongCell]) -> str:
    """The key under which the sheet with its wrong cells marked is stored for ``user``, for a quarter of an hour.

    Empty if the sheet is too large; the page lists its wrong cells anyway.
    """
    key = secrets.token_urlsafe(16)
    try:
        copy = b64encode(marked_copy(raw, problems)).decode()  # the cache stores JSON
    except Refused:
        return ""
    cache.set(_place(user, key), encrypt(copy, purpose=MARKED), MARKED_SECONDS)  # it may hold account numbers
    return key


def marked(user: Any, key: str) -> bytes:
    """The marked sheet stored for ``user``. Raises ``Http404``."""
    kept = cache.get(_place(user, key))
    if kept is None:
        raise Http404
    return b64decode(decrypt(kept, purpose=MARKED))


def _place(user: Any, key: str) -> str:
    return f"marked_sheet:{user.pk}:{key}"


def workbook(raw: bytes, name: str) -> HttpResponse:
    """A workbook to download; never cached, as its content is private."""
    response = HttpResponse(raw, content_type=SHEET)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
