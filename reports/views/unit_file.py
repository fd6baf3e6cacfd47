"""A unit's file: its page and its paper."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import asked_or_404
from accounts.together import asked_together
from records.documents import served
from reports.unit_file.link import VIEW_REGISTER, title_of
from reports.unit_file.paper import paper
from reports.unit_file.reading import UnitFile
from villages.models import Unit


def _rateable(user: User, code: str) -> QuerySet[Unit]:
    return reached(user, VIEW_REGISTER, Unit.objects.rateable(), "code").filter(code=code)


@login_required
@asked_together
def unit_file(request: HttpRequest, code: str) -> HttpResponse:
    unit = asked_or_404(_rateable, request.user, code)
    return render(request, "reports/unit_file.html", {"file": UnitFile(unit, request.user)})


@login_required
def unit_file_paper(request: HttpRequest, code: str) -> FileResponse:
    unit = asked_or_404(_rateable, request.user, code)
    return served(paper(UnitFile(unit, request.user, printed=True)), f"{title_of(unit)} {unit.name} {unit.code}")
