"""Appeals: the signer's form, the list for the level above, and one appeal with its hearing."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Exists, OuterRef, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import permission_or_404, reached, reached_or_404
from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from ratings.events.forecast import foresee_reversed
from ratings.models import Application, Decision, Event
from ratings.presenters.event_outlook import shift_words
from ratings.scoring.kept_points import points_behind
from ratings.scoring.typed_figures import decimal
from records.confirming import confirming_sent, not_taken
from records.excel_export import as_workbook
from records.files import serve
from records.numbers import count_of, keys
from records.previews import AlreadyDone, keep
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from reviews import exports
from reviews.appeals.answer_basis import of_appeal
from reviews.appeals.appeal_rules import (
    against_decision,
    appealable,
    appeals_for,
    candidates,
)
from reviews.appeals.appealable import Appealable, of_closing, of_event, of_rejection, why_not_appealable
from reviews.decisions.ceiling import ceilings
from reviews.models import Appeal, AppealPaper
from reviews.models.lifecycle import APPEAL, APPEAL_STEPS, CONVENE, HEAR, AppealState
from reviews.views.answer_confirm import confirm, foreseen, list_once_more, typed_in
from reviews.workflow import appeals as workflow
from reviews.workflow.actions import APPEAL_ACTIONS
from reviews.workflow.appeals import CorrectedPoints
from villages.models import Unit, descendants

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
    """The signer's form for the effects of an event of the own unit, or of a predecessor."""
    event = get_object_or_404(Event.objects.seen_by(request.user).select_related("unit"), pk=pk)
    unit = reached(request.user, APPEAL, Unit.objects.filter(pk__in=descendants([event.unit_id])), field="code").first()
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


def _against(request: HttpRequest, subject: Appealable, back: str) -> HttpResponse:
    if why_not_appealable(subject):
        return _too_late(request, subject.unit, back)
    context = {"unit": subject.unit, "application": subject.application, "subject": subject, "last": subject.last_day}
    return _form(request, context | {"back": back}, partial(workflow.appeal_subject, subject))


def _too_late(request: HttpRequest, unit: Unit, back: str) -> HttpResponse:
    if request.method == "POST" and (appeal := _sent_before(request, unit)):
        return _say_sent(request, appeal)
    words = _("This result cannot be appealed (any more).")
    if request.method == "POST":
        not_taken(request, words)
    else:
        messages.error(request, words)
    return redirect(back)


def _sent_before(request: HttpRequest, unit: Unit) -> Appeal | None:
    """The appeal that the sender has made with exactly these reasons: a second click gets the same response."""
    sent = Appeal.objects.filter(unit=unit, made_by=request.user, reasons=request.POST.get("reasons", "").strip())
    return sent.filter(state__in=Appeal.State.COUNTED).order_by("-pk").first()


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
    return render(request, "reviews/appeals/make.html", context | {"reasons": reasons, "problem": problem})


@permission_or_404(*CONVENE, *HEAR)
def appeals(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    appeals = appeals_for(request.user).select_related("unit", "decision")
    ordered = appeals.order_by(Case(When(state="open", then=Value(0)), default=Value(1)), "-pk")
    if book := as_workbook(request, _("Appeals"), exports.appeals(), ordered):
        return book
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/appeals/appeals.html", {"page": page})


@login_required
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """The reasons, the hearers, and for them the form to decide."""
    appeal = get_object_or_404(
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
    problem, status, typed = "", 200, typed_in(request)
    if request.method == "POST" and "change" not in request.POST:
        try:
            if "confirmed" in request.POST:
                typed = {}
                confirm(request, _step(appeal), partial(_take, appeal, request.user), typed)
            elif typed.get("do") == "convene":
                refuse_unknown_fields(request.POST, ["do", "hearers", "key"])
                chosen = User.objects.filter(pk__in=keys(request.POST.getlist("hearers")))
                with confirming_sent(request, _seating(appeal)) as shown:
                    workflow.convene(appeal, list(chosen), by=request.user, expected=shown)
            else:
                return _list_once_more(request, appeal, typed)
        except Incomplete as refused:
            problem, status = str(refused), 200
        except AlreadyDone:
            pass
        except WrongState as late:
            if not _answered_so(request.user, typed, pk):
                problem, status = str(late), 409
                appeal.refresh_from_db()
        if not problem:
            messages.success(request, _DONE[typed["do"]])
            return redirect("review_appeal", pk)
    return render(
        request, "reviews/appeals/appeal.html", _context(request, appeal, typed) | {"problem": problem}, status=status
    )


@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    there = get_object_or_404(
        AppealPaper.objects.filter(appeal__in=appeals_for(request.user)).select_related("file"), pk=pk
    )
    return serve(there.file, request.GET.get("as", ""))


def _seating(appeal: Appeal) -> str:
    return f"convene:appeal:{appeal.pk}"


def _step(appeal: Appeal) -> str:
    return f"answer:appeal:{appeal.pk}"


def _take(appeal: Appeal, by: User, given: Mapping[str, str], *, expected: Any) -> Decision | None:
    """Give the answer that was typed; return the new decision, if there is one."""
    points = [name for name in given if name.startswith(("points.", "reason."))]
    refuse_unknown_fields(given, ["do", "answer", "document", "star", *points])
    said = {"answer": given.get("answer", ""), "by": by, "expected": expected}
    match given.get("do", ""):
        case "dismiss":
            workflow.dismiss(appeal, **said)
        case "uphold":
            star = count_of(given.get("star", ""))
            if star is None:
                raise Incomplete(_("Please choose the star."))
            return workflow.uphold(
                appeal,
                star=star,
                document=given.get("document", ""),
                corrections=_corrections(appeal, given),
                **said,
            )
        case "reverse":
            workflow.reverse(appeal, document=given.get("document", ""), **said)
        case _:
            raise Http404
    return None


def _list_once_more(request: HttpRequest, appeal: Appeal, typed: dict[str, str]) -> HttpResponse:
    new = foreseen(partial(_take, appeal, request.user), typed)
    rows = [(appeal.unit.get_level_display(), appeal.unit.name)]
    if against_decision(appeal):
        rows += _stars(appeal.decision, new)
        panel = _panel(appeal)
        names = {one.code: f"{one.code} {one.name}" for one in appeal.decision.scheme.spec.criteria}
        rows += [
            (
                names[one.criterion],
                f"{points_text(panel[one.criterion])} → {points_text(one.points)} · {one.reason.strip()}",
            )
            for one in (_corrections(appeal, typed) if new else [])
        ]
    else:
        rows.append((_("What is appealed"), _what(appeal)))
    step = APPEAL_STEPS.named[typed["do"]]
    upheld = step.to == AppealState.UPHELD
    rows.append((_("What the answer changes"), _consequence(appeal) if upheld else _("The result stands.")))
    if appeal.event and upheld:
        shifts = shift_words(foresee_reversed(appeal.event, request.user), appeal.unit)
        rows.append((_("What it will do"), "\n".join(shifts) or _("The star stays as it is.")))
    if upheld:
        rows.append((_("Document number"), typed["document"].strip()))
    rows.append((_("Reasons of the hearing"), typed["answer"].strip()))
    return list_once_more(request, _step(appeal), typed, of_appeal(appeal), rows, AppealState(step.to).label)


def _stars(decision: Decision, new: Decision | None) -> list[tuple[str, str]]:
    def said(one: Decision) -> str:
        return f"{star_name(one.star)} · {points_text(one.total)}"

    return [
        (_("The decision"), f"{said(decision)} · {decision.document}"),
        *([(_("New star"), said(new))] if new else []),
    ]


def _consequence(appeal: Appeal) -> str:
    """What happens when it is upheld."""
    if against_decision(appeal):
        return _("The new star is in force today.")
    if appeal.event_id:
        return _("From today the event has no effect any more; the register keeps the past as it was.")
    if appeal.application_id:
        return _(
            "The application goes back to the township and is reviewed after all; "
            "a star that the closing took away is held until then."
        )
    return _("The star that the closing took away is held again from today.")


def _answered_so(by: User, given: Mapping[str, str], pk: int) -> bool:
    """Whether ``by`` has given exactly this answer: a second click gets the same response."""
    step = APPEAL_STEPS.named.get(given.get("do", ""))
    if step is None or not step.moves:
        return False
    own = Appeal.objects.filter(pk=pk, state=step.to, answered_by=by, answer=given.get("answer", "").strip())
    if given.get("do") == "uphold":
        star = keys([given.get("star", "")])
        own = own.filter(Exists(Decision.objects.filter(replaces=OuterRef("decision"), star__in=star)))
    return own.exists()


def _corrections(appeal: Appeal, given: Mapping[str, str]) -> list[CorrectedPoints]:
    """The input beside the criteria; an empty field keeps the panel's points."""
    typed = []
    if not against_decision(appeal):
        return typed
    for criterion in appeal.decision.scheme.spec.fitting(appeal.application.tags):
        points = given.get(f"points.{criterion.code}", "").strip()
        if not points:
            continue
        value = decimal(points)
        typed.append(
            CorrectedPoints(
                criterion.code, Decimal(-1) if value is None else value, given.get(f"reason.{criterion.code}", "")
            )
        )
    return typed


def _panel(appeal: Appeal) -> dict[str, Decimal]:
    """The panel's points by criterion."""
    return points_behind([appeal.decision])[appeal.decision.pk]


def _context(request: HttpRequest, appeal: Appeal, given: Mapping[str, str]) -> dict:
    user = request.user
    steps = {step.verb: step for step in APPEAL_ACTIONS.available(user, appeal)}
    convenes, hears = "convene_appeal" in steps, "appeal_upheld" in steps
    context = {
        "appeal": appeal,
        "papers": appeal.papers.select_related("file"),
        "hearers": [seat.user for seat in appeal.hearers.select_related("user")],
        "candidates": candidates(appeal) if convenes else [],
        "key": keep(user, _seating(appeal), workflow.hearers_of(appeal)) if convenes else "",
        "steps": steps,
        "given": given,
    }
    if not against_decision(appeal):
        return context | {"what": _what(appeal)}
    confirms_on = appeal.decision.batch_entry.batch.confirms_on
    context["waits_until"] = confirms_on if timezone.localdate() < confirms_on else None
    return context | (_hearing(appeal, given) if hears else {})


def _what(appeal: Appeal) -> str:
    """What was appealed, in words."""
    if appeal.event:
        return of_event(appeal.event, appeal.unit).title
    return (of_rejection(appeal.application) if appeal.application else of_closing(appeal.decision)).title


def _hearing(appeal: Appeal, given: Mapping[str, str]) -> dict:
    """The panel's points by criterion, and the stars above the appealed one."""
    spec, origin = appeal.decision.scheme.spec, appeal.decision.origin
    panel = _panel(appeal)
    ceiling = ceilings([appeal.application], origin, timezone.localdate())[appeal.application_id]
    rows = [
        {
            "criterion": criterion,
            "panel": panel[criterion.code],
            "points": given.get(f"points.{criterion.code}", ""),
            "reason": given.get(f"reason.{criterion.code}", ""),
        }
        for criterion in spec.fitting(appeal.application.tags)
        if criterion.code in panel
    ]
    stars = range(appeal.decision.star + 1, appeal.application.applied_star + 1)
    return {"rows": rows, "ceiling": ceiling, "stars": list(stars)}
