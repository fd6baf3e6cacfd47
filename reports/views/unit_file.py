"""A unit's file: its page and its paper."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.authority import reached_or_404
from accounts.models import User
from records.documents import served
from reports.unit_file.link import VIEW_REGISTER, title_of
from reports.unit_file.paper import paper
from reports.unit_file.reading import UnitFile
from villages.models import Unit


def _found(user: User, code: str) -> Unit:
    return reached_or_404(user, VIEW_REGISTER, Unit.objects.rateable(), field="code", code=code)


@login_required
def unit_file(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "reports/unit_file.html", {"file": UnitFile(_found(request.user, code), request.user)})


@login_required
def unit_file_paper(request: HttpRequest, code: str) -> FileResponse:
    unit = _found(request.user, code)
    return served(paper(UnitFile(unit, request.user, printed=True)), f"{title_of(unit)} {unit.name} {unit.code}")
