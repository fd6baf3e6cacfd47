"""A nomination: begun by the village, and each step that people take with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from accounts.models import User
from honours.forms import NominationForm, TextForm
from honours.models import Nomination, Round
from honours.models.lifecycle import NOMINATE, VIEW
from honours.presenters import NominationPage, RoundPage
from honours.standing import standing_of
from honours.workflow import nominating
from honours.workflow.actions import available
from records import previews
from records.confirming import carry_out
from records.files import serve
from records.offered_steps import lost, offered
from villages.models import Unit

DONE = {
    "support_nomination": gettext_lazy("Your opinion is kept: the nomination goes on."),
    "decline_nomination": gettext_lazy("Your opinion is kept: the nomination has ended."),
    "drop_nomination": gettext_lazy("The village is off the list."),
    "withdraw_nomination": gettext_lazy("The nomination is withdrawn."),
    "restore_title": gettext_lazy("The village has its title back."),
}
LABELS = {
    "support_nomination": gettext_lazy("Opinion"),
    "decline_nomination": gettext_lazy("Reason, which the village reads"),
    "drop_nomination": gettext_lazy("Reason, which the village reads"),
    "withdraw_nomination": gettext_lazy("Reason"),
    "restore_title": gettext_lazy("Reason"),
}


@permission_or_404(NOMINATE)
def nominate(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The village asks for the title."""
    round = get_object_or_404(Round.objects.seen_by(request.user).select_related("unit"), pk=pk)
    unit = get_object_or_404(Unit, code=code)
    if not request.user.has_perm(NOMINATE, unit) or not code.startswith(round.unit_id):
        raise Http404
    form, status, step = NominationForm(request.POST or None, request.FILES or None), 200, f"nominate:{pk}:{code}"
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda _shown: nominating.nominate(round, unit, by=request.user, **form.cleaned_data),
            done=lambda: Nomination.objects.filter(round=round, unit=unit).order_by("-pk").first(),
        )
        if tried.made:
            messages.success(request, _("Sent. Your township gives its opinion now."))
            return redirect(tried.made)
        status = tried.status
    own = [one for one in RoundPage(round, request.user).own if one.unit == unit]
    context = {
        "round": round,
        "unit": unit,
        "own": own[0] if own else None,
        "form": form,
        "key": previews.keep(request.user, step, {}),
    }
    return render(request, "honours/nominate.html", context, status=status)


@permission_or_404(VIEW)
def nomination(request: HttpRequest, pk: int) -> HttpResponse:
    """One nomination: what the village says, what each level says of it, and what may be done next."""
    return _show(request, _seen_or_404(request.user, pk), {})


@permission_or_404(VIEW)
@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    one = _seen_or_404(request.user, pk)
    if one.file is None:
        raise Http404
    return serve(one.file, request.GET.get("as", ""))


@permission_or_404(VIEW)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    if verb not in DONE:
        raise Http404
    one = _seen_or_404(request.user, pk)
    form = _form(verb, request)
    tried = carry_out(
        request, f"{verb}:{pk}", form, lambda shown: _act(verb, one, form, request.user, shown), done=lambda: one
    )
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect("nomination", pk)
    return _show(request, _seen_or_404(request.user, pk), {verb: form}, tried.status)


def _show(request: HttpRequest, one: Nomination, refused: dict[str, Form], status: int = 200) -> HttpResponse:
    shown, steps = standing_of(one), available(request.user, one)
    context = {
        "nomination": one,
        "round": one.round,
        "page": NominationPage(one, request.user),
        "steps": offered(request.user, steps, one.pk, shown, form=lambda taken: _form(taken.verb), refused=refused),
        "refused": lost(refused, {taken.verb for taken in steps}),
    }
    return render(request, "honours/nomination.html", context, status=status)


def _form(verb: str, request: HttpRequest | None = None) -> Form:
    data = (request.POST,) if request else ()
    return TextForm(*data, label=LABELS[verb], auto_id=f"{verb}_%s")


def _act(verb: str, one: Nomination, form: Form, user: User, shown: Any) -> Nomination:
    acts: dict[str, Callable[..., Nomination]] = {
        "support_nomination": nominating.support,
        "decline_nomination": nominating.decline,
        "drop_nomination": nominating.drop,
        "withdraw_nomination": nominating.withdraw,
        "restore_title": nominating.restore,
    }
    return acts[verb](one, by=user, text=form.cleaned_data["text"], expected=shown)


def _seen_or_404(user: User, pk: int) -> Nomination:
    rows = Nomination.objects.seen_by(user).select_related("unit", "round__unit", "nominated_by", "file")
    return get_object_or_404(rows, pk=pk)
