"""A department's figures: what is requested, and a township's villages with a field each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from ratings.application import questions
from ratings.models import Answer, Cycle
from ratings.presenters.supplied_figures import Beside, Key, answers_of
from ratings.presenters.supply_sheet import by_their_tags, variant_of
from ratings.scheme.spec import Criterion, Question
from ratings.scheme.wording import bounds_words, rule_lines
from ratings.workflow.answers import SavedAnswers
from ratings.workflow.supply import SUPPLY, asked_of, supplied_by, supply, takes_figure
from records.refusals import Refused
from villages.models import Level, Unit


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Every open cycle's criteria that this person's department supplies: how many figures exist, how many are
    missing."""
    if not request.user.reach(SUPPLY):
        raise Http404
    return render(request, "ratings/supply/supply.html", {"rows": asked_of(request.user)})


@login_required
def figures(request: HttpRequest, cycle: int) -> HttpResponse:
    """The villages of one township for one criterion; a POST saves what is typed, invalid figures too."""
    of_cycle = reached_or_404(request.user, SUPPLY, Cycle.objects.select_related("scheme", "unit"), pk=cycle)
    variants = supplied_by(of_cycle, request.user).get(request.GET.get("criterion", ""))
    townships = list(Unit.objects.within_any(of_cycle.places).filter(level=Level.TOWNSHIP))
    if not variants or not townships:
        raise Http404
    township = next((t for t in townships if t.code == request.GET.get("township")), townships[0])
    units = by_their_tags(of_cycle, of_cycle.rated_units().within(township))
    saved: dict[Key, SavedAnswers] = {}
    if request.method == "POST":
        typed = _typed(request, units, variants)
        try:
            sure = {key for key in typed if _name(*key) in request.POST.getlist("sure")}
            saved = supply(of_cycle, variants[0].code, typed, by=request.user, sure=sure)
        except Refused as refused:
            messages.error(request, str(refused))
            return _table(request, of_cycle, variants, townships, township, units, typed, {}, 409)
        odd = _odd(of_cycle, variants, request, saved)
        if odd and not any(k.problem for k in saved.values()):
            messages.warning(request, _("Saved. Please check the marked answers below once more."))
        elif not any(k.problem for k in saved.values()):
            messages.success(request, _("Saved. The units have been told that they need not fill it in."))
            return redirect(_next(of_cycle, variants[0].code, townships, township))
        else:
            messages.warning(request, _("Saved. Some figures are not valid yet; what you typed is still there."))
    return _table(request, of_cycle, variants, townships, township, units, {}, saved, 200)


def _typed(request: HttpRequest, units: list[Unit], variants: list[Criterion]) -> dict[Key, str]:
    """What was typed by (unit, item): the fields that have content, or did when the page was shown."""
    names = {
        (unit.code, question.item): _name(unit.code, question.item)
        for unit in units
        for question in variant_of(unit, variants).questions
    }
    return {
        key: request.POST[name]
        for key, name in names.items()
        if name in request.POST and (request.POST[name] or request.POST.get(f"was:{name}"))
    }


def _name(unit: str, item: str) -> str:
    return f"{unit}:{item}"


def _odd(cycle: Cycle, variants: list[Criterion], request: HttpRequest, saved: dict[Key, SavedAnswers]) -> bool:
    """Whether something that was just changed needs another look; without what was asked about before."""
    asked = {question.item: question for variant in variants for question in variant.questions}
    changed = [
        (unit, item)
        for (unit, item), one in saved.items()
        if one.entry.typed != request.POST.get(f"was:{_name(unit, item)}", "") and not (one.answer and one.answer.sure)
    ]
    beside = Beside(cycle, variants, [unit for unit, _item in changed])
    return any(beside.odd(unit, asked[item]) for unit, item in changed)


def _next(cycle: Cycle, code: str, townships: list[Unit], township: Unit) -> str:
    """The next township's page, or the overview after the last."""
    place = townships.index(township) + 1
    if place == len(townships):
        return reverse("supply")
    return f"{reverse('supply_figures', args=[cycle.pk])}?criterion={code}&township={townships[place].code}"


def _table(
    request: HttpRequest,
    cycle: Cycle,
    variants: list[Criterion],
    townships: list[Unit],
    township: Unit,
    units: list[Unit],
    typed: dict[Key, str],
    saved: dict[Key, SavedAnswers],
    status: int,
) -> HttpResponse:
    code = variants[0].code
    answers = {
        (a.application.unit_id, a.item): a
        for a in answers_of(code)
        .filter(application__cycle=cycle, application__unit__in=[unit.code for unit in units])
        .select_related("application")
    }
    begun = {a.unit_id: a for a in cycle.applications.filter(unit__in=[u.code for u in units])}
    for application in begun.values():
        application.cycle = cycle
    beside = Beside(cycle, variants, [unit.code for unit in units])
    rows = [
        {
            "unit": unit,
            "open": unit.code not in begun
            or any(takes_figure(begun[unit.code], answers.get((unit.code, question.item))) for question in asked),
            "fields": [_field(unit, question, answers, typed, saved, beside) for question in asked],
        }
        for unit in units
        for asked in [variant_of(unit, variants).questions]
    ]
    return render(
        request,
        "ratings/supply/figures.html",
        {
            "cycle": cycle,
            "criterion": variants[0],
            "department": questions.department(variants[0]),
            "rules": [
                (variant.only, rule_lines(variant, penalty=code in cycle.scheme.spec.penalties)) for variant in variants
            ],
            "townships": townships,
            "township": township,
            "rows": rows,
        },
        status=status,
    )


def _field(
    unit: Unit,
    question: Question,
    answers: dict[Key, Answer],
    typed: dict[Key, str],
    saved: dict[Key, SavedAnswers],
    beside: Beside,
) -> dict[str, Any]:
    """An input of the table: what was just typed, otherwise the stored value, with its error."""
    key = (unit.code, question.item)
    answer, now = answers.get(key), saved.get(key)
    shown = typed.get(key, now.entry.typed if now else answer.typed if answer else "")
    problem = now.problem if now else _("This is not a valid figure.") if answer and answer.value is None else ""
    last = beside.last.get(key)
    return {
        "name": _name(*key),
        "label": question.name,
        "bounds": bounds_words(question),
        "inputmode": "numeric" if question.whole else "decimal",
        "last": last.typed if last else "",
        "odd": beside.odd(unit.code, question) if not problem and key not in typed else None,
        "sure": bool(answer and answer.sure),
        "value": shown,
        "was": answer.typed if answer else "",
        "problem": problem,
    }
