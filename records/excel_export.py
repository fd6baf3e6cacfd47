"""Excel export of every list: the list's own address with ``?as=xlsx``, so with the same scope, filter and permissions.

A list view adds it in one line, before pagination: ``if book := as_workbook(request, title, columns, found):
return book``; its template shows the button ``components/excel.html``.
"""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from records.excel_writer import write_list
from records.files import EXCEL
from records.workbooks import SheetColumn

MOST_ROWS = 50_000
"""What one request writes in a few seconds; a longer list must be filtered first."""
FETCHED = 2000


def wanted(request: HttpRequest) -> bool:
    return request.method == "GET" and request.GET.get("as") == "xlsx"


def as_workbook(
    request: HttpRequest, title: str, columns: Sequence[SheetColumn], rows: QuerySet | Iterable[Any]
) -> HttpResponse | None:
    """The list as a workbook if the request asks for one, else None. ``rows`` are all rows of the page, in its order; a
    queryset is fetched in chunks. Longer than ``MOST_ROWS``: a redirect to the page, with an error message."""
    if not wanted(request):
        return None
    if isinstance(rows, QuerySet):
        if rows[MOST_ROWS:].exists():
            messages.error(request, _("This list has more than %d rows. Please narrow it first.") % MOST_ROWS)
            query = request.GET.copy()
            del query["as"]
            return redirect(f"{request.path}?{query.urlencode()}")
        rows = rows.iterator(chunk_size=FETCHED)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_list(title, columns, rows, file, notes=_notes(request))
    file.seek(0)
    name = f"{title} {timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


def _notes(request: HttpRequest) -> list[str]:
    """Who exported this when, and with which filter."""
    now = date_format(timezone.localtime(), "DATETIME_FORMAT")
    who = request.user.get_full_name() if request.user.is_authenticated else ""
    chosen = [f"{name}={value}" for name, value in request.GET.items() if value and name not in ("as", "page")]
    return [" · ".join(filter(None, [now, who])), *([_("Filter: %s") % _(", ").join(chosen)] if chosen else [])]
