"""Creating a station below a township, or a development zone below a city."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Level, Unit
from villages.workflow import make_station, make_zone, next_code
from villages.workflow.making import KINDS, UnitKind

STEPS = {Level.STATION: make_station, Level.ZONE: make_zone}


class MakeForm(forms.Form):
    """The unit above, the code and the name."""

    above = forms.ModelChoiceField(label="", queryset=Unit.objects.none(), empty_label=gettext_lazy("Choose"))
    code = forms.CharField(
        label=gettext_lazy("Division code"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("Empty: the next free one."),
    )
    name = forms.CharField(label=gettext_lazy("Name of the unit"), max_length=100)

    def __init__(self, kind: UnitKind, reach: set[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["above"].label = kind.above.label
        places = Unit.objects.standing().within_any(reach).filter(level=kind.above)
        self.fields["above"].queryset = places.order_by("code")


@login_required
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """The form with the next free code; idempotent when sent twice."""
    made = KINDS.get(kind)
    reach = request.user.reach(made.permission) if made else ()
    if not reach:
        raise Http404
    above = request.GET.get("above", "")[:9]
    form = MakeForm(made, reach, request.POST or None)
    if form.fields["above"].queryset.filter(code=above).exists():
        form.initial = {"above": above, "code": next_code(made, above)}
    if form.is_valid():
        given = form.cleaned_data
        try:
            unit = STEPS[made.level](given["above"].code, given["code"], given["name"], by=request.user)
        except NotAllowed:
            raise Http404 from None
        except Incomplete as incomplete:
            for field, problem in incomplete.problems.items():
                form.add_error(field, problem)
        except WrongState as refused:
            form.add_error("code", str(refused))
        else:
            messages.success(
                request,
                _("%(unit)s has been created, with the code %(code)s.") % {"unit": unit.name, "code": unit.code},
            )
            return redirect("unit", unit.code)
    return render(request, "villages/unit_make.html", {"form": form, "kind": made})
