"""Lists for honours: their condition, villages explained one by one, and the answers that are kept."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.authority import permission_or_404
from accounts.models import User
from honours import exports
from honours.answer_paper import answer_paper
from honours.eligibility import judge, words_of
from honours.forms import AskForm, CandidateFilterForm, SelectionForm, area_names
from honours.models import EligibilityAnswer, Selection
from honours.models.lifecycle import ASK, VIEW
from honours.workflow import selections
from ratings.events.applicable_scheme import names_of_kinds
from records import previews
from records.confirming import carry_out
from records.documents import served
from records.excel_export import as_workbook
from villages.models import Unit, below_any

ROWS = 50


@permission_or_404(VIEW)
def all_selections(request: HttpRequest) -> HttpResponse:
    """The lists around the reader's place, and the answers given in the reader's scope."""
    shown = Selection.objects.seen_by(request.user).select_related("unit")
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    answers = EligibilityAnswer.objects.filter(below_any(request.user.reach(VIEW), "unit_id"))
    answers = answers.select_related("unit", "selection", "by")
    if book := as_workbook(
        request, _("Answers about honours"), exports.answers(), answers.select_related("unit", "selection", "by")
    ):
        return book
    context = {
        "page": page,
        "answers": answers[:ROWS],
        "may_make": bool(request.user.reach(ASK)),
    }
    return render(request, "honours/selections.html", context)


@permission_or_404(ASK)
def new(request: HttpRequest) -> HttpResponse:
    """Make a list of one's own place."""
    place = get_object_or_404(Unit, code=sorted(request.user.reach(ASK))[0])
    form, status, step = SelectionForm(request.POST or None, unit=place), 200, f"make_selection:{place.code}"
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda _shown: selections.make(place, by=request.user, **form.terms),
            done=lambda: Selection.objects.filter(made_by=request.user).order_by("-pk").first(),
        )
        if tried.made:
            messages.success(request, _("The list is made."))
            return redirect(tried.made)
        status = tried.status
    context = {"place": place, "form": form, "key": previews.keep(request.user, step, {})}
    return render(request, "honours/selection_new.html", context, status=status)


@permission_or_404(VIEW)
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """Village by village in the reader's scope: whether it may be honoured and why; who may, asks about one."""
    one = _seen_or_404(request.user, pk)
    asks, asked, refused, status = bool(request.user.reach(ASK)), "", None, 200
    if request.method == "POST":
        ask, asked = AskForm(request.POST), request.POST.get("unit", "")
        unit = get_object_or_404(Unit.objects.within_any(request.user.reach(ASK)), code=asked)
        tried = carry_out(
            request,
            _step(one, asked),
            ask,
            lambda _shown: selections.answer(one, unit, by=request.user, purpose=ask.cleaned_data["purpose"]),
            done=lambda: EligibilityAnswer.objects.filter(by=request.user, unit=unit, selection=one).first(),
        )
        if tried.made:
            messages.success(request, _("The answer is kept."))
            return redirect(tried.made)
        refused, status = ask, tried.status
    form = CandidateFilterForm(request.GET, user=request.user)
    units = Unit.objects.within(one.unit_id).rated().within_any(request.user.reach(VIEW))
    judged = judge(one, form.narrow(units)) if form.is_valid() else []
    met = sum(each.eligible for each in judged)
    if form.is_valid() and (wanted := form.cleaned_data["meets"]):
        judged = [each for each in judged if each.eligible == (wanted == "yes")]
    areas = area_names(one.unit_id)
    rows = [(each, [words_of(kept, one, areas) for kept in each.kept if not kept["met"]]) for each in judged]
    if book := as_workbook(request, one.name, exports.eligibilities(), rows):
        return book
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    keys = previews.keep_all(request.user, [_step(one, each.unit.pk) for each, _reasons in page]) if asks else {}
    context = {
        "selection": one,
        "barring": names_of_kinds(one.barring, {one.unit_id, *(post.unit_id for post in request.user.posts)}),
        "areas": [(areas.get(code, code), share) for code, share in sorted(one.areas.items())],
        "form": form,
        "refused": refused,
        "asked": asked,
        "page": page,
        "rows": [(each, reasons, keys.get(_step(one, each.unit.pk), "")) for each, reasons in page],
        "met": met,
        "asks": asks,
    }
    return render(request, "honours/selection.html", context, status=status)


@permission_or_404(VIEW)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer as it was given."""
    one = _answer_or_404(request.user, pk)
    areas = area_names(one.selection.unit_id)
    lines = [(words_of(kept, one.selection, areas), kept["met"]) for kept in one.conditions]
    return render(request, "honours/answer.html", {"answer": one, "selection": one.selection, "lines": lines})


@permission_or_404(VIEW)
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer as PDF, with its check code."""
    one = _answer_or_404(request.user, pk)
    made = answer_paper(one, area_names(one.selection.unit_id))
    return served(made, f"{_('Answer about an honour')} {one.unit.name}")


def _step(selection: Selection, unit: str) -> str:
    """The step of one row: asking about one unit."""
    return f"answer_eligibility:{selection.pk}:{unit}"


def _seen_or_404(user: User, pk: int) -> Selection:
    return get_object_or_404(Selection.objects.seen_by(user).select_related("unit"), pk=pk)


def _answer_or_404(user: User, pk: int) -> EligibilityAnswer:
    rows = EligibilityAnswer.objects.filter(below_any(user.reach(VIEW), "unit_id"))
    return get_object_or_404(rows.select_related("unit", "selection__unit", "by"), pk=pk)
