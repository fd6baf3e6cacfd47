"""What is attached while an application is filled in: files, and documents that do not exist this year."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from ratings.models import Application, Evidence
from ratings.presenters.application_form import AreaSection
from ratings.presenters.area_sections import CriterionCard
from ratings.workflow import evidence as files
from records.numbers import count_of
from records.refusals import Incomplete


def keep_files(request: HttpRequest, application: Application, sheet: AreaSection) -> list[str]:
    """Files come under ``file:CRITERION`` or ``file:CRITERION:PIECE``; ``detach`` names one to remove.

    Returns a sentence for each file that was already attached to its criterion.
    """
    twice = []
    for card in sheet.cards:
        code = card.criterion.code
        fields = {name: f"file:{code}:{name}" if name else f"file:{code}" for name in _piece_names(card)}
        sent = [(name, upload) for name, field in fields.items() for upload in request.FILES.getlist(field)]
        if not sent:
            continue
        earlier = application.evidence.filter(criterion=code).order_by("-pk")  # the first one of these counts
        there = dict(earlier.values_list("file__sha256", "file__name"))
        for name, upload in sent:
            stored = files.attach(application, code, upload, name=name, by=request.user).file
            if before := there.get(stored.sha256):
                params = {"name": upload.name, "before": before}
                twice.append(_("“%(name)s” is the same file as “%(before)s”, attached here already.") % params)
            there.setdefault(stored.sha256, stored.name)
    _keep_absences(request, application, sheet)
    take_off(request, application)
    return twice


def _piece_names(card: CriterionCard) -> list[str]:
    """The pieces that a criterion asks for, after what is attached without a name."""
    return ["", *(piece.name for piece in card.pieces)]


def _keep_absences(request: HttpRequest, application: Application, sheet: AreaSection) -> None:
    """A reason under ``absent:CRITERION:PIECE`` declares the document absent (``none``: the button pressed for it);
    ``present`` names one that exists after all."""
    for card in sheet.cards:
        for piece in card.pieces:
            code, at = card.criterion.code, f"{card.criterion.code}:{piece.name}"
            if reason := request.POST.get(f"absent:{at}", "").strip():
                files.declare_absent(application, code, piece.name, reason=reason, by=request.user)
            elif request.POST.get("none") == at:
                raise Incomplete(_("Please write why there is none this year."))
            if request.POST.get("present") == at:
                files.take_back_absence(application, code, piece.name, by=request.user)


def show_refused_absences(request: HttpRequest, sheet: AreaSection) -> None:
    """Refused reasons are shown again on the page."""
    for card in sheet.cards:
        for piece in card.pieces:
            typed = request.POST.get(f"absent:{card.criterion.code}:{piece.name}", "")
            if not piece.absence or piece.absence["reason"] != typed.strip():
                piece.typed = typed


def take_off(request: HttpRequest, application: Application) -> None:
    detached = count_of(request.POST.get("detach", ""))
    if detached is not None:
        there = reached_or_404(
            request.user,
            "ratings.view_application",
            Evidence.objects.select_related("application"),
            field="application__unit_id",
            pk=detached,
            application=application,
        )
        files.detach(there, by=request.user)
