"""A year is opened in four steps and a last look: the scheme, who is rated, the times, the panel; then what is told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import permission_or_404, reached, reached_or_404
from accounts.models import User
from accounts.roles import Role
from ratings.models import Scheme
from ratings.workflow.cycle import MANAGE
from records import previews
from records.confirming import Tried, carry_out
from reviews.opening.form import CHECK, PANEL, RATED, SCHEME, STEP_NAMES, TIMES, OpenYearForm
from reviews.workflow.opening import YearPlan, open_year

TEMPLATES = {
    SCHEME: "reviews/opening/scheme.html",
    RATED: "reviews/opening/rated.html",
    TIMES: "reviews/opening/times.html",
    PANEL: "reviews/opening/panel.html",
    CHECK: "reviews/opening/check.html",
}


@permission_or_404(MANAGE)
def to_open(request: HttpRequest) -> HttpResponse:
    """The list of the years says which can be opened."""
    return redirect("cycles")


@login_required
def open_(request: HttpRequest, scheme: int) -> HttpResponse:
    """Open the rating of a scheme's year; ``go`` names the step to show, ``open`` does it."""
    issued = Scheme.objects.issued().select_related("unit")
    chosen = reached_or_404(request.user, MANAGE, issued, pk=scheme)
    form, shown, status = OpenYearForm(request.POST or None, scheme=chosen), SCHEME, 200
    if "open" in request.POST:
        tried = _open(request, form)
        if tried.made:
            messages.success(request, _("The rating is open. The rated units and their offices have been told."))
            return redirect("cycle", tried.made.pk)
        shown, status = form.first_wrong() or CHECK, tried.status
    elif request.method == "POST":
        came, go = (_step(request.POST.get(name)) for name in ("step", "go"))
        wrong = form.first_wrong(max(came, go - 1)) if go > came else None
        shown, status = (wrong, 400) if wrong else (go, 200)
    return render(request, "reviews/opening/page.html", _context(request, form, shown, status), status=status)


def _open(request: HttpRequest, form: OpenYearForm) -> Tried:
    chosen = form.scheme
    return carry_out(
        request,
        _preview(chosen),
        form,
        lambda expected: open_year(_plan(form), by=request.user, expected=expected),
        done=lambda: chosen.cycles.first(),
        buttons=("step", "open"),
    )


def _preview(scheme: Scheme) -> str:
    return f"open_cycle:{scheme.pk}"


def _step(sent: str | None) -> int:
    return int(sent) if sent in map(str, STEP_NAMES) else SCHEME


def _plan(form: OpenYearForm) -> YearPlan:
    given = form.cleaned_data
    return YearPlan(
        scheme=form.scheme,
        townships=sorted(form.townships_named),
        facts_until=given["facts_until"],
        windows={step: window.moments for step, window in form.working_windows.items()},
        meeting_minutes_required=given.get("meeting_minutes_required", False),
        reviewers=list(User.objects.filter(pk__in=given["reviewers"]).order_by("pk")),
    )


def _context(request: HttpRequest, form: OpenYearForm, shown: int, status: int) -> dict[str, Any]:
    states = {number: "done" if number < shown else "current" if number == shown else "" for number in STEP_NAMES}
    context = {
        "scheme": form.scheme,
        "form": form,
        "shown": shown,
        "template": TEMPLATES[shown],
        "steps": [{"name": name, "state": states[number]} for number, name in STEP_NAMES.items()],
        "next": shown + 1 if shown < CHECK else None,
        "back": shown - 1 if shown > SCHEME else None,
        "hidden": form.hidden(shown),
        "refused": status != 200,
    }
    if shown == SCHEME:
        others = reached(request.user, MANAGE, Scheme.objects.issued().filter(cycles=None)).exclude(pk=form.scheme.pk)
        context["others"] = others.defer("body").select_related("unit")
    if shown == CHECK:
        context |= _last_look(request, form)
    return context


def _last_look(request: HttpRequest, form: OpenYearForm) -> dict[str, Any]:
    """What opening will do and whom it tells, kept under the key of the button."""
    content = _plan(form).content
    told = content["cycle"]["told"]
    return {
        "key": previews.keep(request.user, _preview(form.scheme), content),
        "cycle": content["cycle"],
        "townships": [form.places[code] for code in content["cycle"]["townships"]],
        "told": [(Role(role).label, len(people)) for role, people in told.items()],
        "all_told": len({person for people in told.values() for person in people}),
        "reviewers": [form.names[pk] for pk in content["reviewers"]],
        "minutes": content["minutes"],
        "facts_until": content["facts_until"],
    }
