"""Filling in: finding one's form, its overview, one area per page, saving while typing, and evidence."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from ratings.application.access import FILL, opened
from ratings.models import Application, Cycle
from ratings.models.application import Paper
from ratings.models.cycle import CycleStep
from ratings.presenters.application_form import ApplicationFormView, AreaSection
from ratings.presenters.outlook import outlook
from ratings.views.form_files import keep_files, show_refused_absences, take_off
from ratings.workflow import application as workflow
from ratings.workflow import evidence as files
from ratings.workflow.answers import AnswerEntry, SavedAnswers, save_answers
from ratings.workflow.filling_rights import filling_verb, require_fillable
from ratings.workflow.window import in_force
from records.numbers import count_of
from records.refusals import Refused, WrongState
from villages.models import Unit

CHOICES = ("sure", "keep", "take")
"""Buttons beside a field, with its item: an odd figure is right; one's own answer, or the other, where two met."""


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    """The entry for a village's people to this year's form; redirects when there is only one."""
    codes = request.user.reach("ratings.fill")
    if not codes:
        raise Http404
    units = list(Unit.objects.rateable().filter(pk__in=codes))
    cycles = Cycle.objects.reaching(unit.code for unit in units)
    places = [
        (cycle, unit)
        for cycle in cycles.select_related("scheme", "unit").prefetch_related("windows").order_by("-year")
        for unit in units
        if unit.level == cycle.scheme.rates and cycle.covers(unit.code)
    ]
    mine = {(a.cycle_id, a.unit_id): a for a in Application.objects.filter(unit__in=units)}
    rows = [
        {
            "cycle": cycle,
            "unit": unit,
            "application": mine.get((cycle.pk, unit.code)),
            "window": cycle.window(CycleStep.APPLY),
            "closes": in_force(cycle, CycleStep.APPLY, [unit.code])[unit.code],
        }
        for cycle, unit in places
    ]
    if len(rows) == 1 and rows[0]["application"]:
        return redirect("application_form", rows[0]["application"].pk)
    return render(request, "ratings/application/begin.html", {"rows": rows, "now": timezone.now()})


@login_required
@require_POST
def begin(request: HttpRequest, cycle: int, unit: str) -> HttpResponse:
    """Begin; a second click, or a second person, is redirected to the existing form."""
    of_unit = get_object_or_404(Unit, code=unit)
    if not any(request.user.has_perm(perm, of_unit) for perm in FILL):
        raise Http404
    of_cycle = get_object_or_404(Cycle.objects.reaching([unit]).select_related("scheme"), pk=cycle)
    there = Application.objects.filter(cycle=of_cycle, unit=of_unit).first()
    application = there or workflow.begin(of_unit, of_cycle, by=request.user)
    return redirect("application_form", application.pk)


def fillable(request: HttpRequest, pk: int) -> Application:
    """The application, for somebody who may fill it in at all, with its windows and extensions; or 404."""
    application = opened(request.user, pk)
    if not any(request.user.has_perm(perm, application) for perm in FILL):
        raise Http404
    returned = application.state == Application.State.RETURNED
    prefetch_related_objects([application], "returns__criteria" if returned else "cycle__windows")
    return application


def shut_because(application: Application, user: Any) -> str:
    """Why nothing can be filled in now, in words; empty when it can."""
    try:
        require_fillable(application, user)
    except WrongState as refused:
        return str(refused)
    return ""


@login_required
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """The areas, what is missing in each, the star applied for, and the next step."""
    application = fillable(request, pk)
    shut = shut_because(application, request.user)
    form = ApplicationFormView(application, may_fill=not shut)
    return render(
        request,
        "ratings/application/form.html",
        {
            "application": application,
            "form": form,
            "shut": shut,
            "stars": workflow.stars_of(application.cycle),
            "on_behalf": filling_verb(application, request.user) == "fill_on_behalf",
            "may_sign": request.user.has_perm("ratings.sign", application),
            "closes": None if form.question else _closes(application),
            "outlook": outlook(form),
            "paper_card": {"open": not shut},
        },
    )


def _closes(application: Application) -> datetime | None:
    return in_force(application.cycle, CycleStep.APPLY, [application.unit_id])[application.unit_id]


@login_required
@require_POST
def star(request: HttpRequest, pk: int) -> HttpResponse:
    application = fillable(request, pk)
    typed = request.POST.get("star", "")
    workflow.choose_star(application, count_of(typed) or 0, by=request.user)
    messages.success(request, _("The star you apply for is saved."))
    return redirect("application_form", pk)


@login_required
def area(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One area. A POST saves everything typed; with htmx it saves one criterion and returns what has changed."""
    application = fillable(request, pk)
    if not 1 <= number <= len(application.scheme.spec.areas):
        raise Http404
    shut = shut_because(application, request.user)
    if request.method != "POST":
        return _area(request, ApplicationFormView(application, may_fill=not shut), number, shut=shut)
    if request.htmx:
        return _keep_criterion(request, application, number)
    return _keep_area(request, application, number)


def _area(
    request: HttpRequest,
    form: ApplicationFormView,
    number: int,
    *,
    saved: dict[str, SavedAnswers] | None = None,
    shut: str = "",
    status: int = 200,
) -> HttpResponse:
    sheet = form.sheet(number, saved)
    show_refused_absences(request, sheet)
    return render(
        request,
        "ratings/application/area.html",
        {
            "application": form.application,
            "form": form,
            "sheet": sheet,
            "shut": shut,
            "line": form.area_line(sheet.area),
            "last_area": _after(form, number) is None,
        },
        status=status,
    )


def _after(form: ApplicationFormView, number: int) -> int | None:
    """The next area in which the village fills something in."""
    return next((sheet.number for sheet in form.own_sheets if sheet.number > number), None)


def _entries(request: HttpRequest, sheet: AreaSection, criterion: str = "") -> list[AnswerEntry]:
    """The request's entries for the village's items of ``sheet`` (of one criterion); an unchecked box is a 0.

    An unchanged prefill counts only when it is confirmed (``confirm``: the codes of criteria, or ``*``). Where there
    was a conflicting answer that was not seen, ``keep`` (an item) overwrites it with one's own, ``take`` discards one's
    own.
    """
    posted, boxes = request.POST, set(request.POST.getlist("box"))
    confirmed = set(posted.getlist("confirm"))
    entries = []
    for card in sheet.cards:
        if not card.by_village or criterion not in ("", card.criterion.code):
            continue
        for field in card.fields:
            if (field.item not in posted and field.item not in boxes) or posted.get("take") == field.item:
                continue
            typed = _typed(posted, field.item, "0" if field.item in boxes else "")
            if not confirmed & {card.criterion.code, "*"} and posted.get(f"known:{field.item}") == typed:
                continue
            entries.append(
                AnswerEntry(
                    field.item,
                    typed,
                    posted.get(f"reason:{field.item}", ""),
                    posted.get(f"stands:{field.item}" if posted.get("keep") == field.item else f"seen:{field.item}"),
                    tuple(posted.getlist(f"sent:{field.item}")[:20]),
                    posted.get("sure") == field.item,
                )
            )
    return entries


def _typed(posted: Any, item: str, absent: str) -> str:
    """The text of a field; the buttons of a counter come as ``more`` and ``less`` with the item's name."""
    text = posted.get(item, absent)
    step = (posted.get("more") == item) - (posted.get("less") == item)
    if not step:
        return text
    return str(max(0, (count_of(text) or 0) + step))


def _keep_criterion(request: HttpRequest, application: Application, number: int) -> HttpResponse:
    """Save one criterion while it is typed. What is refused stays in the field, with the reason under it."""
    code = request.POST.get("criterion", "")
    refused = ""
    saved: dict[str, SavedAnswers] = {}
    try:
        saved = save_answers(
            application,
            _entries(request, ApplicationFormView(application, may_fill=True).sheet(number), code),
            by=request.user,
        )
    except WrongState as wrong:
        refused = str(wrong)
        application = opened(request.user, application.pk)
    form = ApplicationFormView(application, may_fill=True)
    sheet = form.sheet(number, saved)
    return render(
        request,
        "ratings/application/saved.html",
        {
            "application": application,
            "form": form,
            "sheet": sheet,
            "cards": [card for card in sheet.cards if card.criterion.code == code],
            "refused": refused,
            "now": timezone.now(),
            "line": form.area_line(sheet.area),
        },
    )


def _keep_area(request: HttpRequest, application: Application, number: int) -> HttpResponse:
    """Save the whole page: answers, files, one file removed; then the next area, or back to the button pressed."""
    sheet = ApplicationFormView(application, may_fill=True).sheet(number)
    entries = _entries(request, sheet)
    try:
        saved = save_answers(application, entries, by=request.user)
        for said in keep_files(request, application, sheet):
            messages.info(request, said)
    except Refused as refused:
        messages.error(request, str(refused))
        typed = {e.item: SavedAnswers(e, None, str(refused), refused=True) for e in entries}
        return _area(
            request,
            ApplicationFormView(opened(request.user, application.pk), may_fill=True),
            number,
            saved=typed,
            status=409,
        )
    form = ApplicationFormView(opened(request.user, application.pk), may_fill=True)
    if any(k.refused for k in saved.values()):
        return _area(request, form, number, saved=saved, status=409)
    here = reverse("application_area", args=[application.pk, number])
    pressed = next(filter(None, (request.POST.get(button) for button in ("more", "less", *CHOICES))), "")
    if pressed or request.FILES or {"here", "detach", "confirm", "none", "present"} & request.POST.keys():
        card = next((c for c in sheet.cards if any(f.item == pressed for f in c.fields)), None)
        return redirect(f"{here}#{card.id}" if card else here)
    if any(k.problem for k in saved.values()):
        messages.warning(request, _("Saved. Some figures are not valid yet; what you typed is still there."))
        return redirect(here)
    messages.success(request, _("Saved."))
    if following := _after(form, number):
        return redirect("application_area", application.pk, following)
    return redirect("application_form", application.pk)


@login_required
@require_POST
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach documents of the whole application, under the name of each; ``detach`` names one to remove.

    With htmx, on selection: reload the page, or return the documents with the reason for a refusal.
    """
    application = fillable(request, pk)
    try:
        for paper in Paper.values:
            for upload in request.FILES.getlist(paper):
                files.attach_paper(application, paper, upload, by=request.user)
    except Refused as refused:
        if not request.htmx:
            raise
        shut = shut_because(application, request.user)
        context = {
            "application": application,
            "form": ApplicationFormView(application, may_fill=not shut),
            "shut": shut,
            "paper_card": {"open": not shut},
            "problem": str(refused),
        }
        return render(request, "ratings/application/papers.html", context)
    take_off(request, application)
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect(f"{reverse('application_form', args=[pk])}#papers")


@login_required
@require_POST
def upload(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Upload files of one criterion on selection (htmx); returns the criterion's list of evidence."""
    application = fillable(request, pk)
    if not 1 <= number <= len(application.scheme.spec.areas):
        raise Http404
    problem, twice = "", []
    try:
        twice = keep_files(request, application, ApplicationFormView(application, may_fill=True).sheet(number))
    except Refused as refused:
        problem = str(refused)
    application = opened(request.user, pk)
    sheet = ApplicationFormView(application, may_fill=not shut_because(application, request.user)).sheet(number)
    show_refused_absences(request, sheet)
    card = next((c for c in sheet.cards if c.criterion.code == request.POST.get("criterion")), None)
    if card is None:
        raise Http404
    return render(
        request,
        "ratings/application/files.html",
        {"card": card, "application": application, "sheet": sheet, "problem": problem, "twice": twice},
    )
