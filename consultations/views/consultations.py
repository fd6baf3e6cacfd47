"""The list of consultations, one of them, and the steps that people take with it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached_or_404
from consultations import exports, workflow
from consultations.agreement import current
from consultations.forms import (
    AnswerForm,
    BeginForm,
    CommentForm,
    EarlyForm,
    ProposalForm,
    SettleForm,
    UntilForm,
)
from consultations.models import (
    COMMENT,
    LEAD,
    REVIEW,
    STEPS,
    WRITE,
    Comment,
    Consultation,
    ConsultationState,
    DraftProposal,
)
from consultations.parties import asked
from consultations.presenters import ConsultationPage
from consultations.standing import standing_of
from ratings.models import Scheme
from records import previews
from records.confirming import answer_late, carry_out
from records.deadlines import is_over
from records.excel_export import as_workbook
from records.refused_forms import Refusal
from records.step_forms import ReasonForm

ROWS = 50
RIGHTS = (WRITE, COMMENT, REVIEW, LEAD)
SAYING = ("comment_draft", "propose_change", "acknowledge_draft")
"""Steps of those who are asked; they stay in the state."""
Opened = tuple[str, int]
"""The remark to which the reader replies: a key of ``REPLIES``, and its id."""
BEGUN = gettext_lazy("The draft is open for comments. Those who are asked have been told.")
DONE = {
    "comment_draft": gettext_lazy("Your comment is kept. The office answers it."),
    "propose_change": gettext_lazy("Your proposal is kept. The county settles it."),
    "acknowledge_draft": gettext_lazy("Kept: you have read the draft and have nothing to add."),
    "close_consultation": gettext_lazy("The consultation is closed. Those who had their say have been told."),
    "send_to_review": gettext_lazy("The offices of the city and its other counties have been asked."),
    "conclude_review": gettext_lazy("The joint review is concluded. Those concerned have been told."),
    "return_draft": gettext_lazy("Given back to the county. Its office has been told."),
    "withdraw_draft": gettext_lazy("The draft is taken back. Those concerned have been told."),
}
REPLY_ID = "reply_%s"


class Reply(NamedTuple):
    """How a remark is replied to: the step, and its form."""

    verb: str
    form: type[AnswerForm]


REPLIES = {"answer": Reply("answer_comment", AnswerForm), "settle": Reply("settle_change", SettleForm)}


@permission_or_404(*RIGHTS)
def consultations(request: HttpRequest) -> HttpResponse:
    """The drafts that the reader is asked about, writes or reviews."""
    seen = Consultation.objects.seen_by(request.user).select_related("scheme", "unit")
    rows = seen.defer("body", "reviewed_body", "scheme__body")
    context = {
        "page": Paginator(rows.order_by("-opened_at", "-pk"), ROWS).get_page(request.GET.get("page")),
        "cities": request.user.reach(LEAD),
    }
    return render(request, "consultations/consultations.html", context)


@permission_or_404(WRITE)
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for comments on a draft: until when, and whom."""
    scheme = reached_or_404(request.user, WRITE, Scheme.with_programmes.select_related("unit"), pk=pk)
    step, form, status = f"begin_consultation:{pk}", BeginForm(request.POST or None), 200
    there = current(scheme)
    if there or scheme.state != Scheme.State.DRAFT:
        answer_late(request, step, BEGUN)
        return redirect("consultation", there.pk) if there else redirect("scheme", pk)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda _shown: workflow.begin(scheme, by=request.user, **form.cleaned_data),
            done=lambda: current(scheme),
        )
        if tried.made:
            messages.success(request, BEGUN)
            return redirect("consultation", tried.made.pk)
        status = tried.status
    key = previews.keep(request.user, step, {})
    people = len(asked(Consultation(scheme=scheme, unit=scheme.unit)))
    context = {"scheme": scheme, "form": form, "key": key, "people": people}
    return render(request, "consultations/begin.html", context, status=status)


@permission_or_404(*RIGHTS)
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft: its text, what was said about it, and what may be done next."""
    one = _seen_or_404(request, pk)
    page = ConsultationPage(one, request.user)
    which = request.GET.get("list")
    title, columns, rows = _("Comments"), exports.comments(with_units=page.oversees), page.comments
    if which == "proposals":
        title, columns, rows = _("Proposed changes"), exports.proposals(), page.proposals
    if book := as_workbook(request, f"{one} {title}", columns, rows):
        return book
    return _show(request, one, {})


@permission_or_404(*RIGHTS)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    if verb not in DONE:
        raise Http404
    one = _seen(request, pk)
    if one is None:
        return _out_of_sight(request, pk, verb)
    if not workflow.may(request.user, STEPS[verb], one):
        raise Http404
    form = _form(request, one, verb, bound=True)
    tried = carry_out(
        request, _key(verb, pk), form, lambda shown: _act(verb, one, form, request, shown), done=lambda: one
    )
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect("consultation", pk)
    return _show(request, _seen_or_404(request, pk), {verb: form}, tried.status)


def _out_of_sight(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Answer a step with a draft that the reader no longer sees: it was taken back, or its joint review is over."""
    if previews.find(request.user, _key(verb, pk), request.POST.get("key", "")) is None:
        raise Http404
    answer_late(request, _key(verb, pk), DONE[verb])
    return redirect("consultations")


@permission_or_404(WRITE)
@require_POST
def answer(request: HttpRequest, pk: int, remark: int) -> HttpResponse:
    """The office answers a comment."""
    one = reached_or_404(request.user, WRITE, Consultation.objects.select_related("scheme", "unit"), pk=pk)
    said = get_object_or_404(Comment.objects.select_related("consultation"), pk=remark, consultation=one)
    form = AnswerForm(request.POST, auto_id=REPLY_ID)
    return _reply(request, one, ("answer", remark), form, lambda given: workflow.answer(said, **given))


@permission_or_404(WRITE)
@require_POST
def settle(request: HttpRequest, pk: int, remark: int) -> HttpResponse:
    """The county accepts or declines a proposed change."""
    one = reached_or_404(request.user, WRITE, Consultation.objects.select_related("scheme", "unit"), pk=pk)
    said = get_object_or_404(DraftProposal.objects.select_related("consultation"), pk=remark, consultation=one)
    form = SettleForm(request.POST, auto_id=REPLY_ID)
    return _reply(request, one, ("settle", remark), form, lambda given: workflow.settle(said, **given))


def _reply(
    request: HttpRequest, one: Consultation, opened: Opened, form: Form, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Answer the remark that is ``opened``; then the page is shown where it stands."""
    step = _reply_step(opened)
    tried = carry_out(
        request, step, form, lambda _shown: act({"by": request.user} | form.cleaned_data), done=lambda: one
    )
    if tried.made:
        messages.success(request, _("Kept. Whoever said it has been told."))
        return redirect(_address(one, *opened))
    return _show(request, _seen_or_404(request, one.pk), {step: form}, tried.status, opened=opened)


def _act(verb: str, one: Consultation, form: Form, request: HttpRequest, shown: Any) -> Any:
    given: dict[str, Any] = {"by": request.user} | form.cleaned_data
    acts: dict[str, Callable[..., Any]] = {
        "comment_draft": workflow.comment,
        "propose_change": workflow.propose,
        "acknowledge_draft": workflow.acknowledge,
        "close_consultation": workflow.close,
        "send_to_review": workflow.send,
        "conclude_review": workflow.conclude,
        "return_draft": workflow.give_back,
        "withdraw_draft": workflow.withdraw,
    }
    if verb not in SAYING:
        given["expected"] = shown
    return acts[verb](one, **given)


def _form(request: HttpRequest, one: Consultation, verb: str, *, bound: bool) -> Form:
    data = (request.POST,) if bound else ()
    name = {"auto_id": f"{verb}_%s"}
    about = request.GET.get("about", "")
    match verb:
        case "comment_draft":
            return CommentForm(*data, consultation=one, about=about, **name)
        case "propose_change":
            return ProposalForm(*data, consultation=one, about=about, **name)
        case "close_consultation" | "conclude_review":
            early = one.due_at is not None and not is_over(one.due_at)
            return (EarlyForm if early else Form)(*data, **name)
        case "send_to_review":
            return UntilForm(*data, **name)
        case "return_draft" | "withdraw_draft":
            return ReasonForm(*data, **name)
    return Form(*data, **name)


def _show(
    request: HttpRequest,
    one: Consultation,
    refused: dict[str, Form],
    status: int = 200,
    *,
    opened: Opened | None = None,
) -> HttpResponse:
    """``refused``: the form of a step that was not taken. It is shown again; where the step can be taken no more, what
    was typed in it."""
    user, shown = request.user, standing_of(one)
    saying = [
        verb
        for verb in SAYING
        if one.state in STEPS[verb].states
        and workflow.may(user, STEPS[verb], one)
        and not workflow.held_back(verb, one)
    ]
    page = ConsultationPage(one, user)
    if "acknowledge_draft" in saying and not (page.reviews if one.state == ConsultationState.REVIEWING else page.post):
        saying.remove("acknowledge_draft")
    steps = workflow.available(user, one)

    def offered(verb: str) -> dict[str, Any]:
        form = refused.get(verb) or _form(request, one, verb, bound=False)
        key = previews.keep(user, _key(verb, one.pk), shown)
        return {"verb": verb, "form": form, "key": key, "opened": verb in refused}

    opened = opened or _opened(request)
    listed = _listed(request, page, opened)
    comments = _remarks(request, page, "answer", listed, opened, refused)
    proposals = _remarks(request, page, "settle", page.proposals, opened, refused)
    on_page = {*saying, *(taken.verb for taken in steps)}
    if opened and any(remark["reply"] for remark in (*comments, *proposals)):
        on_page.add(_reply_step(opened))
    context = {
        "consultation": one,
        "scheme": one.scheme,
        "page": page,
        "saying": {verb: offered(verb) for verb in saying},
        "steps": [offered(taken.verb) | {"step": taken} for taken in steps],
        "listed": listed,
        "comments": comments,
        "proposals": proposals,
        "refused": [Refusal.of(form) for step, form in refused.items() if step not in on_page],
    }
    return render(request, "consultations/consultation.html", context, status=status)


def _opened(request: HttpRequest) -> Opened | None:
    """The remark whose reply is asked for in the address."""
    return next(((kind, int(pk)) for kind in REPLIES if (pk := request.GET.get(kind, "")).isdecimal()), None)


def _address(one: Consultation, kind: str, pk: int) -> str:
    """Where a remark stands, with the form to reply to it."""
    return f"{one.get_absolute_url()}?{kind}={pk}#{kind}-{pk}"


def _reply_step(opened: Opened) -> str:
    kind, pk = opened
    return f"{REPLIES[kind].verb}:{pk}"


def _listed(request: HttpRequest, page: ConsultationPage, opened: Opened | None) -> Page:
    """One page of the comments: the one that is asked for, or where the opened comment stands."""
    number: Any = request.GET.get("page")
    if number is None and opened and opened[0] == "answer":
        number = page.comments.filter(pk__lt=opened[1]).count() // ROWS + 1
    return Paginator(page.comments, ROWS).get_page(number)


def _remarks(
    request: HttpRequest,
    page: ConsultationPage,
    kind: str,
    rows: Iterable[Any],
    opened: Opened | None,
    refused: dict[str, Form],
) -> list[dict[str, Any]]:
    """Each of ``rows``; whether the reader may reply to it; the form to do so for the one that is ``opened`` alone."""
    replies = page.writes and page.consultation.state in STEPS[REPLIES[kind].verb].states

    def reply_to(said: Any) -> dict[str, Any] | None:
        if opened != (kind, said.pk):
            return None
        step = _reply_step(opened)
        form = refused.get(step) or REPLIES[kind].form(auto_id=REPLY_ID)
        return {"form": form, "key": previews.keep(request.user, step, {}), "opened": step in refused}

    found = []
    for said in rows:
        waits = replies and not said.outcome
        reply = reply_to(said) if waits else None
        found.append({"said": said, "waits": waits, "ask": _address(page.consultation, kind, said.pk), "reply": reply})
    return found


def _seen(request: HttpRequest, pk: int) -> Consultation | None:
    seen = Consultation.objects.seen_by(request.user).select_related("scheme", "unit", "reviewed_by")
    return seen.filter(pk=pk).first()


def _seen_or_404(request: HttpRequest, pk: int) -> Consultation:
    if one := _seen(request, pk):
        return one
    raise Http404


def _key(verb: str, consultation: int) -> str:
    return f"{verb}:{consultation}"
