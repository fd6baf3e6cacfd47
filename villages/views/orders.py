"""Orders that merge, split or rename units: written, previewed, carried out, and kept."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from records import previews
from records.refusals import Incomplete, NotAllowed, UnknownFields, WrongState, refuse_unknown_fields
from villages.forms.orders import FORMS, OrderForm
from villages.models import ReorganizationOrder, Unit
from villages.workflow import MANAGE, looked_at, outcome

PER_PAGE = 30
FOUND = 20
MOST_CHOSEN = 50


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """The orders over units within reach, the latest first."""
    found = _within_reach(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "villages/orders.html", {"page": page, "kinds": ReorganizationOrder.Kind.choices})


def _within_reach(request: HttpRequest):  # noqa: ANN202 a queryset
    codes = request.user.reach(MANAGE)
    if not codes:
        raise Http404
    return ReorganizationOrder.objects.touching(codes).prefetch_related("successions")


@login_required
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: its content and its consequences."""
    one = get_object_or_404(_within_reach(request), pk=pk)
    return render(request, "villages/order.html", {"order": one})


@login_required
def order_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Write an order, preview its consequences, carry out exactly that."""
    if kind not in FORMS or not request.user.reach(MANAGE):
        raise Http404
    chosen = _chosen(request)
    first = chosen[0].code if chosen else ""
    initial = {"unit": first, "units": "\n".join(one.code for one in chosen), "main": first}
    initial["into"] = next((one.code for one in chosen if one.code == request.GET.get("into")), "")
    form = FORMS[kind](request.POST or None, initial=initial)
    refused = None
    if "confirm" in request.POST and form.is_valid():
        try:
            made = _carried_out(request, kind, form)
        except NotAllowed:
            raise Http404 from None
        except (Incomplete, WrongState) as stale:
            refused = stale
        else:
            messages.success(request, _("The order is carried out. Everyone concerned has been told."))
            return redirect("unit_order", made.pk)
    context: dict[str, Any] = {
        "form": form,
        "kind": ReorganizationOrder.Kind(kind),
        "refused": refused,
        "chosen": chosen,
    }
    context["into"] = initial["into"]
    context |= {"q": request.GET.get("q", ""), "found": _found(request, chosen), "most": FOUND}
    if "change" not in request.POST and form.is_valid() and (seen := _tried(request, form)):
        shown = {"said": form.said(), "outcome": outcome(seen)}
        context |= {"preview": seen, "successions": seen.passed, "key": previews.keep(request.user, _step(kind), shown)}
    status = 400 if isinstance(refused, UnknownFields) else 409 if refused else 200
    return render(request, "villages/order_new.html", context, status=status)


def _chosen(request: HttpRequest) -> list[Unit]:
    """The units that were found and chosen (repeated ``?unit=``), in that order."""
    codes = [code[:12] for code in dict.fromkeys(request.GET.getlist("unit"))][:MOST_CHOSEN]
    there = Unit.objects.within_any(request.user.reach(MANAGE)).in_bulk([code for code in codes if code.isalnum()])
    return [there[code] for code in codes if code in there]


def _found(request: HttpRequest, chosen: list[Unit]) -> list[Unit]:
    """The units within reach that match ``?q=`` and that an order may name."""
    typed = request.GET.get("q", "")
    if not typed.strip():
        return []
    units = Unit.objects.within_any(request.user.reach(MANAGE)).standing().matching(typed)
    return list(units.exclude(pk__in=[one.pk for one in chosen])[:FOUND])


def _step(kind: str) -> str:
    return f"order:{kind}"


def _carried_out(request: HttpRequest, kind: str, form: OrderForm) -> ReorganizationOrder:
    """Carry out the order as it was shown. Idempotent: a second click shows the result of the first."""
    refuse_unknown_fields(request.POST, [*form.fields, "key", "confirm"])
    try:
        with previews.confirming(request.user, _step(kind), request.POST.get("key", "")) as shown:
            previews.require_unchanged(shown["said"], form.said())
            return looked_at(lambda: form.carry_out(request.user), keep=True, expected=shown["outcome"])
    except previews.AlreadyDone as done:
        previews.require_unchanged(done.shown["said"], form.said())
        paper = form.paper()
        return ReorganizationOrder.objects.filter(
            by=request.user, kind=kind, document=paper.document, on=paper.on
        ).latest("pk")


def _tried(request: HttpRequest, form: OrderForm) -> ReorganizationOrder | None:
    """The consequences (``looked_at``), or None with the reason as an error of the form."""
    try:
        return looked_at(lambda: form.carry_out(request.user), keep=False)
    except NotAllowed:
        raise Http404 from None
    except Incomplete as incomplete:
        for field, problem in incomplete.problems.items():
            form.add_error(field if field in form.fields else None, problem)
    except WrongState as refused:
        form.add_error(None, str(refused))
    return None
