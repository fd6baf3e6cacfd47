"""Scoring on the spot, on a phone: one card per criterion, photos, and input typed offline sent later."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from records.files import serve
from records.numbers import keys
from records.refusals import Refused
from reviews.models import FieldPhoto, Sheet
from reviews.presenters.own_sheet import own_sheet
from reviews.presenters.panel_points import PanelPage
from reviews.presenters.visit import Visit
from reviews.sheets.score_sheet_form import ScorePart
from reviews.views.deciding import opened
from reviews.views.saved_message import refusal_keeping_text, tell_saved
from reviews.workflow import photos
from reviews.workflow.visits import Fields, SavedScores, TypedField, keep


@login_required
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The criteria to be checked on the spot. A POST saves the input; with htmx one criterion, answering with
    its state."""
    page = Visit(request.user, pk, everything="all" in request.GET)
    if request.method != "POST":
        return _shown(request, page)
    if request.htmx:
        return _keep_criterion(request, page)
    typed = {part.criterion.code: _typed(request, part) for part in page.form.parts}
    try:
        saved = keep(page.sheet, typed, by=request.user)
    except Refused as refused:
        messages.error(request, refusal_keeping_text(refused))
        page.show({code: SavedScores(str(refused)) for code in typed}, typed)
        return _shown(request, page, 409)
    _keep_photos(request, page)
    if any(of.problem for of in saved.values()):
        page.show(saved, typed)
        messages.error(request, _("Something needs to be corrected. What you typed is still here."))
        return _shown(request, page)
    page.show(saved, typed)
    if saved or not request.FILES and not request.POST.get("detach"):
        tell_saved(request, len(saved), sum(part.mine is None for part in page.form.parts))
    return redirect(request.get_full_path())


def _shown(request: HttpRequest, page: Visit, status: int = 200) -> HttpResponse:
    page.with_photos()
    return render(
        request, "reviews/sheets/visit.html", {"page": page, "address": request.get_full_path()}, status=status
    )


def _keep_criterion(request: HttpRequest, page: Visit) -> HttpResponse:
    """Save one criterion as it is typed; what is not saved stays in its fields, with the reason under them."""
    code = request.POST.get("criterion", "")
    typed = {part.criterion.code: _typed(request, part) for part in page.form.parts if part.criterion.code == code}
    try:
        saved = keep(page.sheet, typed, by=request.user)
    except Refused as refused:
        saved = {code: SavedScores(str(refused))}
    page.show(saved, {})
    parts = [part for part in page.form.parts if part.criterion.code == code]
    shown = {"page": page, "parts": parts, "address": request.get_full_path()}
    return render(request, "reviews/sheets/visit_kept.html", shown)


def _typed(request: HttpRequest, part: ScorePart) -> Fields:
    """The fields of a criterion on the page; an absent tick or choice is empty."""
    given, code = request.POST, part.criterion.code
    ticks = {line.name for line in part.lines if line.question.kind == "tick"}
    seen = None if given.get("mine") == code else given.get(f"seen:{code}")
    return {
        name: TypedField(
            given.get(name, "0" if name in ticks else ""),
            seen if seen is None else given.get(f"seen:{name}", seen),
            tuple(given.getlist(f"sent:{name}")),
        )
        for name in part.texts
    }


def _keep_photos(request: HttpRequest, page: Visit) -> None:
    """Photos come under ``photo:CRITERION``; ``detach`` names one to remove. A file that is not a photo is reported."""
    for part in page.form.parts:
        for upload in request.FILES.getlist(f"photo:{part.criterion.code}"):
            try:
                photos.attach(page.sheet, part.criterion.code, upload, by=request.user)
            except Refused as refused:
                messages.error(request, str(refused))
    for pk in keys([request.POST.get("detach", "")]):
        photos.detach(get_object_or_404(page.sheet.photos, pk=pk), by=request.user)


@login_required
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """A photo, for its reviewer and, once all sheets are in, for everyone who may see them."""
    photo = get_object_or_404(FieldPhoto.objects.select_related("file", "sheet"), pk=pk)
    if photo.sheet.reviewer_id == request.user.pk:
        own_sheet(request.user, photo.sheet_id)
    elif not _sees(request.user, photo.sheet):
        raise Http404
    return serve(photo.file, request.GET.get("as", ""))


def _sees(user: User, sheet: Sheet) -> bool:
    application, review_level = opened(user, sheet.application_id)
    in_sight = review_level.stage == sheet.stage and sheet.state == Sheet.State.HANDED_IN
    return in_sight and PanelPage(application, review_level).all_in
