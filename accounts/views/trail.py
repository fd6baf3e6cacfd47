"""The audit trail, for the audit administrator: read only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.authority import needs
from accounts.forms import TrailFilter
from accounts.trail import SHOWN, Cursor, changes, kinds


@needs("accounts.read_trail")
def trail(request: HttpRequest) -> HttpResponse:
    form = TrailFilter(request.GET, kinds=kinds())
    wanted = form.cleaned_data if form.is_valid() else {}
    after = Cursor.read(request.GET.get("after", ""))
    found = changes(request.user.reach("accounts.read_trail"), after=after, count=SHOWN + 1, **wanted)
    older = str(found[SHOWN - 1].cursor) if len(found) > SHOWN else ""
    return render(request, "accounts/trail.html", {"form": form, "changes": found[:SHOWN], "older": older})
