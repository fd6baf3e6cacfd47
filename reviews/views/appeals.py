"""Appeals: the signer's form, what waits for the level above, and one appeal with its hearing."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Exists, OuterRef, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import needs, reached, reached_or_404
from accounts.models import User
from ratings.models import Application, Decision, Event, Points
from ratings.scheme.facts import decimal
from records.files import serve
from records.lists import as_workbook
from records.numbers import count_of, keys
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from reviews import lists
from reviews.ceiling import ceilings
from reviews.hearing import APPEAL, CONVENE, HEAR, above, against_decision, appealable, appeals_for, candidates
from reviews.models import Appeal, AppealPaper
from reviews.subjects import Subject, hindrance, of_closing, of_event, of_rejection
from reviews.ties import hearing_ties
from reviews.workflow import appeals as workflow
from reviews.workflow.appeals import Corrected
from villages.models import Unit, heirs

PER_PAGE = 30
_DONE = {
    "convene": gettext_lazy("They have been told that they hear this appeal."),
    "dismiss": gettext_lazy("The appeal is dismissed. Everyone concerned has been told."),
    "uphold": gettext_lazy("The appeal is upheld and the new star is in force. Everyone concerned has been told."),
    "reverse": gettext_lazy("The appeal is upheld. Everyone concerned has been told."),
}


@login_required
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """The signer's form for the result of an application, or for its not being rated."""
    everything = Application.objects.select_related("unit", "cycle__scheme")
    application = reached_or_404(request.user, APPEAL, everything, pk=pk)
    if application.state == Application.State.REJECTED:
        return _against(request, of_rejection(application), reverse("result", args=[pk]))
    decision = next((one for one in appealable([application.unit_id]) if one.application_id == pk), None)
    if decision is None:
        return _too_late(request, application.unit, reverse("result", args=[pk]))
    context = {"unit": application.unit, "application": application, "decision": decision, "last": decision.last_day}
    return _form(request, context, partial(workflow.make_appeal, decision))


@login_required
def make_of_event(request: HttpRequest, pk: int) -> HttpResponse:
    """The signer's form for what follows from an event of the own unit, or of one that it came from."""
    event = get_object_or_404(Event.objects.seen_by(request.user).select_related("unit"), pk=pk)
    unit = reached(request.user, APPEAL, Unit.objects.filter(pk__in=heirs([event.unit_id])), field="code").first()
    if unit is None:
        raise Http404
    return _against(request, of_event(event, unit), reverse("register_unit", args=[unit.code]))


@login_required
def make_of_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """The signer's form for a closing that took the star of a unit that did not apply."""
    closings = Decision.objects.filter(origin=Decision.Origin.CLOSING)
    decision = reached_or_404(
        request.user, APPEAL, closings.select_related("unit", "application__unit", "cycle__scheme"), pk=pk
    )
    return _against(request, of_closing(decision), reverse("register_unit", args=[decision.unit_id]))


def _against(request: HttpRequest, subject: Subject, back: str) -> HttpResponse:
    if hindrance(subject):
        return _too_late(request, subject.unit, back)
    context = {"unit": subject.unit, "application": subject.application, "subject": subject, "last": subject.last_day}
    return _form(request, context | {"back": back}, partial(workflow.appeal_subject, subject))


def _too_late(request: HttpRequest, unit: Unit, back: str) -> HttpResponse:
    if request.method == "POST" and (appeal := _sent_before(request, unit)):
        return _say_sent(request, appeal)
    messages.error(request, _("This result cannot be appealed (any more)."))
    return redirect(back)


def _sent_before(request: HttpRequest, unit: Unit) -> Appeal | None:
    """The appeal that the sender has made with just these reasons: a second click is answered like the first."""
    sent = Appeal.objects.filter(unit=unit, made_by=request.user, reasons=request.POST.get("reasons", "").strip())
    return sent.exclude(state=Appeal.State.LAPSED).order_by("-pk").first()


def _say_sent(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    messages.success(request, _("The appeal has been sent to the level above."))
    return redirect("review_appeal", appeal.pk)


def _form(request: HttpRequest, context: dict, make_appeal: Callable[..., Appeal]) -> HttpResponse:
    """The form for reasons and papers; what was sent goes to ``make_appeal``."""
    reasons, problem = request.POST.get("reasons", ""), ""
    if request.method == "POST":
        try:
            appeal = make_appeal(reasons=reasons, files=request.FILES.getlist("papers"), by=request.user)
        except Incomplete as refused:
            problem = str(refused)
        except WrongState:
            if (appeal := _sent_before(request, context["unit"])) is None:
                raise
        if not problem:
            return _say_sent(request, appeal)
    return render(request, "reviews/appeal_make.html", context | {"reasons": reasons, "problem": problem})


@needs(*CONVENE, *HEAR)
def appeals(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    found = appeals_for(request.user).select_related("unit", "decision")
    ordered = found.order_by(Case(When(state="open", then=Value(0)), default=Value(1)), "-pk")
    if book := as_workbook(request, _("Appeals"), lists.appeals(), ordered):
        return book
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/appeals.html", {"page": page})


@login_required
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Reasons, who hears it, and for those who do the way to decide."""
    found = get_object_or_404(
        appeals_for(request.user).select_related(
            "unit",
            "application",
            "event__unit",
            "made_by",
            "answered_by",
            "decision__cycle__scheme",
            "decision__batch_entry__batch",
        ),
        pk=pk,
    )
    problem = ""
    if request.method == "POST":
        try:
            done = _take(request, found)
        except Incomplete as refused:
            problem = str(refused)
        except WrongState:
            if not _answered_so(request, pk):
                raise
            done = _DONE[request.POST["do"]]
        if not problem:
            messages.success(request, done)
            return redirect("review_appeal", pk)
    return render(request, "reviews/appeal.html", _context(request, found) | {"problem": problem})


@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    there = get_object_or_404(
        AppealPaper.objects.filter(appeal__in=appeals_for(request.user)).select_related("file"), pk=pk
    )
    return serve(there.file, request.GET.get("as", ""))


def _take(request: HttpRequest, found: Appeal) -> Promise:
    """The step that was asked for; what to say of it."""
    given, by = request.POST, request.user
    points = [name for name in given if name.startswith(("points.", "reason."))]
    refuse_unknown_fields(given, ["do", "hearers", "answer", "document", "star", *points])
    match given.get("do", ""):
        case "convene":
            ids = keys(given.getlist("hearers"))
            workflow.convene(found, list(User.objects.filter(pk__in=ids)), by=by)
        case "dismiss":
            workflow.dismiss(found, by=by, answer=given.get("answer", ""))
        case "uphold":
            star = count_of(given.get("star", ""))
            if star is None:
                raise Incomplete(_("Please choose the star."))
            workflow.uphold(
                found,
                star=star,
                document=given.get("document", ""),
                answer=given.get("answer", ""),
                corrections=_corrections(request, found),
                by=by,
            )
        case "reverse":
            workflow.reverse(found, document=given.get("document", ""), answer=given.get("answer", ""), by=by)
        case _:
            raise Http404
    return _DONE[given["do"]]


def _answered_so(request: HttpRequest, pk: int) -> bool:
    """Whether the sender has given this very answer: a second click is answered like the first."""
    upheld = Appeal.State.UPHELD
    state = {"dismiss": Appeal.State.DISMISSED, "uphold": upheld, "reverse": upheld}.get(request.POST.get("do", ""))
    said = request.POST.get("answer", "").strip()
    own = Appeal.objects.filter(pk=pk, state=state, answered_by=request.user, answer=said)
    if request.POST["do"] == "uphold":
        star = keys([request.POST.get("star", "")])
        own = own.filter(Exists(Decision.objects.filter(replaces=OuterRef("decision"), star__in=star)))
    return own.exists()


def _corrections(request: HttpRequest, found: Appeal) -> list[Corrected]:
    """What was typed beside the criteria; an empty field leaves the panel's points."""
    typed = []
    if not against_decision(found):
        return typed
    for criterion in found.decision.cycle.scheme.spec.fitting(found.application.tags):
        points = request.POST.get(f"points.{criterion.code}", "").strip()
        if not points:
            continue
        value = decimal(points)
        given = Decimal(-1) if value is None else value
        typed.append(Corrected(criterion.code, given, request.POST.get(f"reason.{criterion.code}", "")))
    return typed


def _context(request: HttpRequest, found: Appeal) -> dict:
    user, open_now = request.user, found.state == Appeal.State.OPEN
    hearers = [seat.user for seat in found.hearers.select_related("user")]
    convenes = open_now and user.has_perm(above(found).convene, found)
    hears = open_now and user in hearers and not hearing_ties(found, [user.pk])
    context = {
        "appeal": found,
        "papers": found.papers.select_related("file"),
        "hearers": hearers,
        "candidates": candidates(found) if convenes else [],
        "convenes": convenes,
        "hears": hears,
        "given": request.POST,
    }
    if not against_decision(found):
        return context | {"what": _what(found)}
    confirms_on = found.decision.batch_entry.batch.confirms_on
    context["waits_until"] = confirms_on if timezone.localdate() < confirms_on else None
    return context | (_hearing(request, found) if hears else {})


def _what(found: Appeal) -> str:
    """What was appealed, in words."""
    if found.event:
        return of_event(found.event, found.unit).title
    return (of_rejection(found.application) if found.application else of_closing(found.decision)).title


def _hearing(request: HttpRequest, found: Appeal) -> dict:
    """The panel's points criterion by criterion, and the stars above the one appealed."""
    spec, origin = found.decision.cycle.scheme.spec, found.decision.origin
    panel = dict(
        Points.objects.filter(application=found.application_id, stage=origin).values_list("criterion", "points")
    )
    ceiling = ceilings([found.application], origin, timezone.localdate())[found.application_id]
    rows = [
        {
            "criterion": criterion,
            "panel": panel[criterion.code],
            "points": request.POST.get(f"points.{criterion.code}", ""),
            "reason": request.POST.get(f"reason.{criterion.code}", ""),
        }
        for criterion in spec.fitting(found.application.tags)
        if criterion.code in panel
    ]
    stars = range(found.decision.star + 1, found.application.applied_star + 1)
    return {"rows": rows, "ceiling": ceiling, "stars": list(stars)}
