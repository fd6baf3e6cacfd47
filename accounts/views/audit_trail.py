"""The audit trail, for the audit administrator: read only. Each export leaves a row in it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import exports, workflow
from accounts.audit_trail import SHOWN, Cursor, TrailChange, all_changes, changes, kinds
from accounts.authority import permission_or_404
from accounts.forms import TrailFilter
from accounts.trail_acts import acts_of
from records.excel_export import MOST_ROWS, as_workbook


class Counted(Iterable[TrailChange]):
    """The newest changes, up to the limit of a sheet (older ones through the filter); how many were taken."""

    def __init__(self, rows: Iterable[TrailChange]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[TrailChange]:
        for row in islice(self._rows, MOST_ROWS):
            self.count += 1
            yield row


@permission_or_404("accounts.read_trail")
def trail(request: HttpRequest) -> HttpResponse:
    reach = request.user.reach("accounts.read_trail")
    form = TrailFilter(request.GET, kinds=kinds(), reach=reach)
    asked = form.asked if form.is_valid() else None
    after = Cursor.read(request.GET.get("after", ""))
    # Nothing while the filter is invalid: never more than was asked for.
    every = Counted(() if asked is None else all_changes(reach, **asked))
    if book := as_workbook(request, _("Audit trail"), exports.changes(), every):
        workflow.note_export(_in_words(form), every.count, by=request.user)
        return book
    page = [] if asked is None else changes(reach, after=after, count=SHOWN + 1, **asked)
    older = str(page[SHOWN - 1].cursor) if len(page) > SHOWN else ""
    return render(request, "accounts/audit/trail.html", {"form": form, "acts": acts_of(page[:SHOWN]), "older": older})


def _in_words(form: TrailFilter) -> str:
    """What was asked for, as the form says it."""
    given = [(field, form.cleaned_data.get(field.name)) for field in form]
    return _(", ").join(
        _("%(name)s: %(value)s") % {"name": field.label, "value": _shown(field.field, value)}
        for field, value in given
        if value
    )


def _shown(field: Any, value: Any) -> Any:
    return dict(getattr(field, "choices", ())).get(value, value)
