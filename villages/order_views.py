"""Orders that merge, split or rename units: written, looked at before they are carried out, and kept."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Order
from villages.order_forms import FORMS, OrderForm
from villages.workflow import MANAGE, looked_at

PER_PAGE = 30


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """The orders over units within reach, the latest first."""
    found = _within_reach(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "villages/orders.html", {"page": page, "kinds": Order.Kind.choices})


def _within_reach(request: HttpRequest):  # noqa: ANN202 a queryset
    codes = request.user.reach(MANAGE)
    if not codes:
        raise Http404
    return Order.objects.touching(codes).prefetch_related("passages")


@login_required
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: what it said, and what followed."""
    one = get_object_or_404(_within_reach(request), pk=pk)
    return render(request, "villages/order.html", {"order": one})


@login_required
def order_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Write an order; see what would follow; carry it out."""
    if kind not in FORMS or not request.user.reach(MANAGE):
        raise Http404
    code = request.GET.get("unit", "")[:12]
    form = FORMS[kind](request.POST or None, initial={"unit": code, "units": code, "main": code})
    context: dict[str, Any] = {"form": form, "kind": Order.Kind(kind)}
    confirmed = "confirm" in request.POST
    if "change" not in request.POST and form.is_valid() and (made := _tried(request, form, keep=confirmed)):
        if confirmed:
            messages.success(request, _("The order is carried out. Everyone concerned has been told."))
            return redirect("unit_order", made.pk)
        context |= {"preview": made, "passages": made.passed}
    return render(request, "villages/order_new.html", context)


def _tried(request: HttpRequest, form: OrderForm, *, keep: bool) -> Order | None:
    """The order (``looked_at``), or None: why it cannot be carried out stands on the form."""
    try:
        return looked_at(lambda: form.carry_out(request.user), keep=keep)
    except NotAllowed:
        raise Http404 from None
    except Incomplete as incomplete:
        for field, problem in incomplete.problems.items():
            form.add_error(field if field in form.fields else None, problem)
    except WrongState as refused:
        form.add_error(None, str(refused))
    return None
