"""The audit trail, for the audit administrator: read only."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import exports
from accounts.audit_trail import SHOWN, Cursor, TrailChange, all_changes, changes, kinds
from accounts.authority import permission_or_404
from accounts.forms import TrailFilter
from records.excel_export import MOST_ROWS, as_workbook


@permission_or_404("accounts.read_trail")
def trail(request: HttpRequest) -> HttpResponse:
    form = TrailFilter(request.GET, kinds=kinds())
    wanted = form.cleaned_data if form.is_valid() else None
    after = Cursor.read(request.GET.get("after", ""))
    reach = request.user.reach("accounts.read_trail")
    if book := as_workbook(request, _("Audit trail"), exports.changes(), _most(_all(reach, wanted))):
        return book
    page = [] if wanted is None else changes(reach, after=after, count=SHOWN + 1, **wanted)
    older = str(page[SHOWN - 1].cursor) if len(page) > SHOWN else ""
    return render(request, "accounts/audit/trail.html", {"form": form, "changes": page[:SHOWN], "older": older})


def _all(reach: Collection[str], wanted: dict[str, Any] | None) -> Iterable[TrailChange]:
    """Nothing while the filter is invalid: never more than was asked for."""
    return () if wanted is None else all_changes(reach, **wanted)


def _most(page: Iterable[TrailChange]) -> Iterator[TrailChange]:
    """The newest changes, up to the limit of a sheet; older ones through the filter."""
    return islice(page, MOST_ROWS)
