"""An application for everyone who may open it, the township's queue, and the steps that ask for confirmation."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from accounts.models import User
from accounts.role_holders import has_post
from accounts.together import asked_together
from followups import time_limits
from ratings import exports
from ratings.application.access import VIEW, applications_for, opened
from ratings.application.correction import FOLLOW_UP as CORRECTION
from ratings.application.file_reuse import mark_reuse
from ratings.application.listed import by_state, counts_of, listed, rows, years_of
from ratings.application.progress import named, steps_of, visible_steps
from ratings.forms.office_forms import ReturnForm
from ratings.forms.queue_form import QueueForm
from ratings.models import Application, Evidence
from ratings.models.application import Paper
from ratings.models.lifecycle import STEPS
from ratings.presenters.application_form import ApplicationFormView
from ratings.presenters.application_paper import declaration
from ratings.presenters.area_sections import AreaSection, CriterionCard
from ratings.presenters.corrections import corrections
from ratings.presenters.figures_below import figures_behind
from ratings.workflow import application as workflow
from ratings.workflow.actions import available, own_step
from ratings.workflow.cycle import GIVE_TIME
from records import previews
from records.confirming import confirming_sent, not_taken
from records.deadlines import end_of, last_day
from records.documents import served
from records.excel_export import as_workbook, wanted
from records.files import serve
from records.refusals import Incomplete, NotAllowed, Outdated, refuse_unknown_fields
from villages.models import below, below_any

State = Application.State
PER_PAGE = 50
PRINTING = ("ratings.fill", "ratings.sign", "ratings.fill_on_behalf")
SENDING = ("submit", "resubmit")
UNDOING = STEPS["undo_submission"].permissions
REVIEWING = (
    *STEPS["accept"].permissions,
    "reviews.score_township",
    "reviews.score_county",
    "ratings.record_event",
)


@login_required
@asked_together
def queue(request: HttpRequest) -> HttpResponse:
    """Applications within reach by state; search by name or code; by default the latest year."""
    if not request.user.reach(VIEW):
        raise Http404
    years = years_of(request.user)
    latest = years[0] if years else timezone.localdate().year
    year = next((y for y in years if str(y) == request.GET.get("year")), latest)
    form = QueueForm(request.GET, codes=request.user.reach(VIEW))
    narrowed = _narrowed(request, form, year)
    counts = counts_of(request.user, year) if narrowed is None else dict(by_state(narrowed))
    state = request.GET.get("state", "")
    count = counts.get(state, sum(counts.values()))
    found: Sequence[Application] | QuerySet[Application]
    if narrowed is None:
        found = listed(request.user, year, state if state in counts else "", count)
    else:
        found = rows(narrowed.filter(shown_state=state) if state in counts else narrowed)
    if book := as_workbook(request, _("Applications"), exports.applications(), found):
        return book
    paginator = Paginator(found, PER_PAGE)
    paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    for application in page:
        application.shown_label = State(application.shown_state).label
    return render(
        request,
        "ratings/application/queue.html",
        {
            "page": page,
            "year": year,
            "years": years,
            "form": form,
            "state": state,
            "states": [(s, s.label, counts[s]) for s in State if s in counts],
            "all": sum(counts.values()),
            "may_give_time": any(map(request.user.reach, GIVE_TIME)),
            "may_undo": state == State.SUBMITTED and any(map(request.user.reach, UNDOING)),
        },
    )


def _narrowed(request: HttpRequest, form: QueueForm, year: int) -> QuerySet[Application] | None:
    """The applications that are searched for, or wanted as a workbook; None: the list as it opens."""
    code = request.GET.get("unit", "")
    if not (form.asks or code.isalnum() or wanted(request)):
        return None
    applications = applications_for(request.user).filter(cycle__year=year)
    if code.isalnum():
        applications = applications.filter(below(code, "unit_id"))
    return form.narrow(applications) if form.is_valid() else applications


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The state of the application, its answers and attachments, every step so far, and what one may do."""
    application = opened(request.user, pk)
    taken = visible_steps(request.user, application)
    form = ApplicationFormView(application, may_fill=False)
    if any(request.user.has_perm(perm, application) for perm in REVIEWING) and form.evidence:
        mark_reuse(form.evidence, request.user)
    return render(
        request,
        "ratings/application/application.html",
        {
            "application": application,
            "state_label": State(application.shown_state).label,
            "form": form,
            "corrected": corrections(application) if any(step.verb == "return" for step in taken) else [],
            "track": steps_of(application, taken),
            "taken": [named(step) for step in taken],
            "actions": _open_steps(request.user, application),
            "papers": [piece for piece in form.papers if piece.files],
        },
    )


@login_required
def figures_below(request: HttpRequest, pk: int) -> HttpResponse:
    """The villages behind the figures that are computed from below."""
    application = opened(request.user, pk)
    figures = figures_behind(application)
    return render(request, "ratings/application/below.html", {"application": application, "figures": figures})


def _open_steps(user: Any, application: Application) -> list[Any]:
    return [action for action in available(user, application) if action.url_name]


@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The application form to print, sign and stamp; for people who fill in, accept or sign the application."""
    application = opened(request.user, pk)
    accepting = own_step("accept", application.unit_id).permission
    if not any(request.user.has_perm(perm, application) for perm in (*PRINTING, accepting)):
        raise Http404
    content = declaration(ApplicationFormView(application, may_fill=False), by=request.user)
    return served(content, f"{application.unit.name}{application.cycle.year}")


@login_required
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    """A file, for everyone who may open its application."""
    there = reached_or_404(
        request.user, VIEW, Evidence.objects.select_related("file"), field="application__unit_id", pk=pk
    )
    return serve(there.file, request.GET.get("as", ""))


def _step(
    request: HttpRequest,
    pk: int,
    verb: str,
    take: Callable[[Application, Any], Any],
    done: str,
    following: Callable[[User, Application], Application | None] = lambda _user, _application: None,
    **context: Any,
) -> HttpResponse:
    """A step with a confirmation page: GET shows what it does, POST takes it as shown; without permission a 404.

    ``following``: the application that waits for the same step, which is opened next.
    """
    application = opened(request.user, pk)
    if not request.user.has_perm(own_step(verb, application.unit_id).permission, application):
        raise NotAllowed
    problems: dict[str, str] = {}
    status, taken = 200, False
    if request.method == "POST":
        try:
            refuse_unknown_fields(request.POST, ("key", "reason"))
            with confirming_sent(request, f"{verb}:{pk}") as shown:
                take(application, shown)
            taken = True
        except previews.AlreadyDone:
            taken = True
        except Incomplete as incomplete:
            messages.error(request, str(incomplete))
            problems, status = incomplete.problems, 400
        except Outdated as outdated:
            messages.warning(request, str(outdated))
            application, status = opened(request.user, pk), 409
    if taken:
        if after := following(request.user, application):
            done = _("%(unit)s: %(done)s Next: %(next)s.") % {
                "unit": application.unit,
                "done": done,
                "next": after.unit,
            }
        messages.success(request, done)
        return redirect("application", after.pk if after else pk)
    if status != 400 and verb not in {action.verb for action in available(request.user, application)}:
        not_taken(request, _("This step cannot be taken now."))
        return redirect("application", pk)
    return _step_page(request, application, verb, problems, context, status)


def _step_page(
    request: HttpRequest,
    application: Application,
    verb: str,
    problems: dict[str, str],
    context: dict[str, Any],
    status: int,
) -> HttpResponse:
    """What the step does, with what was missing from what was sent; the button stands for exactly that."""
    content = (workflow.content_of if verb in SENDING else workflow.standing_of)(application)
    form = ApplicationFormView(application, may_fill=True)
    shown = {
        "application": application,
        "key": previews.keep(request.user, f"{verb}:{application.pk}", content),
        "action": STEPS[verb],
        "reason": request.POST.get("reason", ""),
        "problems": problems,
        "missing": _missing_links(form, problems),
        "odd": _odd(form) if verb in SENDING else [],
        "form": form if verb in SENDING else None,
        "reason_needed": application.state != State.SUBMITTED,
    }
    return render(request, "ratings/application/step.html", shown | context, status=status)


def _missing_links(form: ApplicationFormView, problems: dict[str, str]) -> list[dict[str, Any]]:
    """The problems, each with a link to where it can be fixed: a criterion, or the documents on the overview."""
    overview = reverse("application_form", args=[form.application.pk])
    papers = [
        {"url": f"{overview}#papers", "name": Paper(at).label, "message": message}
        for at, message in problems.items()
        if at in Paper.values
    ]
    return papers + [
        _place(form, sheet, card, _named(card, at, message), "-files" if message == card.lack else "")
        for sheet in form.sheets
        for card in sheet.cards
        for at, message in problems.items()
        if at == card.criterion.code or at in {f.item for f in card.fields}
    ]


def _named(card: CriterionCard, at: str, message: str) -> str:
    """With the question that it is about, where its criterion asks several."""
    if len(card.fields) < 2:
        return message
    name = next((field.question.name for field in card.fields if field.item == at), "")
    return f"{name}{_(': ')}{message}" if name else message


def _place(
    form: ApplicationFormView, sheet: AreaSection, card: CriterionCard, message: str, part: str = ""
) -> dict[str, Any]:
    url = reverse("application_area", args=[form.application.pk, sheet.number])
    return {"url": f"{url}#{card.id}{part}", "name": f"{card.criterion.code} {card.criterion.name}", "message": message}


def _odd(form: ApplicationFormView) -> list[dict[str, Any]]:
    """Figures far from last year's that nobody has confirmed: shown once more, but they can be sent."""
    return [
        _place(form, sheet, card, f"{field.typed}。{field.jump.words}")
        for sheet in form.sheets
        for card, field in sheet.odd
        if card.by_village
    ]


@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        "submit",
        lambda application, shown: workflow.submit(application, by=request.user, expected=shown),
        _("Submitted. The office above has been told."),
        detail=_("You sign that what is filled in is true. Afterwards the form is locked."),
    )


@login_required
def resubmit(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        "resubmit",
        lambda application, shown: workflow.resubmit(application, by=request.user, expected=shown),
        _("Handed back. The office above has been told."),
        detail=_("You sign that the corrections are true. Afterwards the form is locked again."),
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        "withdraw",
        lambda application, shown: workflow.withdraw(
            application, by=request.user, reason=request.POST.get("reason", ""), expected=shown
        ),
        _("Withdrawn. The form is open again."),
        detail=_("The form opens again for the village; to send it again, the time for applying must not be over."),
        asks_reason=True,
    )


def _next_to_accept(user: User, accepted: Application) -> Application | None:
    """The next by its code of those that wait in the same rating; after the last one, the first."""
    codes = user.reach(own_step("accept", accepted.unit_id).permission)
    waiting = Application.objects.filter(below_any(codes, "unit_id"), cycle=accepted.cycle_id, state=State.SUBMITTED)
    waiting = waiting.exclude(has_post(user.pk, "unit")).select_related("unit").order_by("unit")
    return waiting.filter(unit__gt=accepted.unit_id).first() or waiting.first()


@login_required
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        "accept",
        lambda application, shown: workflow.accept(application, by=request.user, expected=shown),
        _("Accepted. The unit has been told."),
        following=_next_to_accept,
        detail=_("The application is accepted for review."),
    )


@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        "resume",
        lambda application, shown: workflow.resume(application, by=request.user, expected=shown),
        _("The review goes on."),
        detail=_("The unit has missed the deadline. The review continues with what is in the form."),
    )


@login_required
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the named criteria, each with its reason, until a day; the input is kept when something is missing."""
    application = opened(request.user, pk)
    if not request.user.has_perm(own_step("return", application.unit_id).permission, application):
        raise NotAllowed
    form = ApplicationFormView(application, may_fill=False)
    cards = [card for sheet in form.sheets for card in sheet.asked]
    default = last_day(time_limits.due(CORRECTION, application.unit_id))
    asked = ReturnForm(request.POST or None, criteria=[card.criterion for card in cards], initial={"due": default})
    status, taken = 400 if asked.errors else 200, False
    if request.method == "POST" and asked.is_valid():
        try:
            refuse_unknown_fields(request.POST, {*asked.fields, "key"})
            due = end_of(asked.cleaned_data["due"])
            with confirming_sent(request, f"return:{pk}") as shown:
                workflow.return_(application, asked.reasons, due=due, by=request.user, expected=shown)
            taken = True
        except previews.AlreadyDone:
            taken = True
        except Incomplete as incomplete:
            asked.take(incomplete)
            status = 400
        except Outdated as outdated:
            messages.warning(request, str(outdated))
            application, status = opened(request.user, pk), 409
    if taken:
        messages.success(request, _("Returned. The unit has been told what to correct."))
        return redirect("application", pk)
    if status != 400 and application.state not in own_step("return", application.unit_id).states:
        not_taken(request, _("This step cannot be taken now."))
        return redirect("application", pk)
    return render(
        request,
        "ratings/application/return.html",
        {
            "application": application,
            "form": asked,
            "rows": zip(cards, asked.rows, strict=True),
            "key": previews.keep(request.user, f"return:{pk}", workflow.standing_of(application)),
        },
        status=status,
    )
