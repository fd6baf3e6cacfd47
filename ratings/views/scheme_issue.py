"""Beginning a draft from another scheme, and issuing one: both show first what they do."""

import json
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import permission_or_404, reached, reached_or_404
from ratings.models import Scheme
from ratings.presenters.scheme_editor import SchemeOutline
from ratings.scheme.drafting import Body
from ratings.views.confirming import Tried, carry_out
from ratings.workflow import scheme_drafts, scheme_issuing
from ratings.workflow.scheme_drafts import MANAGE
from records import previews
from villages.models import Unit

EXAMPLES = settings.BASE_DIR / "fixtures" / "schemes"
YEARS = 3
"""How far ahead a draft can be begun."""
OFFERED = 300


class BeginForm(forms.Form):
    """``source``: ``scheme:ID`` or ``example:NAME``; ``other``: the public page of another county's issued scheme."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("For"), empty_label=None)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    source = forms.ChoiceField(label=gettext_lazy("Begin from"))
    other = forms.CharField(
        label=gettext_lazy("Or from another county's issued scheme (optional)"),
        help_text=gettext_lazy("Open its scheme from the public star register, and copy the address of the page here."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(code__in=user.reach(MANAGE))
        self.fields["unit"].label_from_instance = lambda unit: unit.name
        this_year = timezone.localdate().year
        self.fields["year"].choices = [(year, year) for year in range(this_year, this_year + YEARS)]
        self.fields["year"].initial = this_year + 1
        self.fields["source"].choices = _sources(user)

    def clean_other(self) -> Scheme | None:
        if not (typed := self.cleaned_data["other"].strip()):
            return None
        number = re.search(r"schemes/([0-9]{1,9})/", typed)
        found = Scheme.objects.issued().filter(pk=number[1]).first() if number else None
        if found is None:
            raise forms.ValidationError(_("There is no issued scheme at this address."))
        return found

    @property
    def body(self) -> Body:
        """What the draft begins from."""
        if other := self.cleaned_data["other"]:
            return other.body
        kind, _colon, key = self.cleaned_data["source"].partition(":")
        return Scheme.objects.get(pk=key).body if kind == "scheme" else _example(EXAMPLES / f"{key}.json")


def _sources(user: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Own schemes, the latest first, and the examples. (Names of other counties stand on public pages alone.)"""
    mine = reached(user, MANAGE, Scheme.objects.all()).defer("body").select_related("unit")
    own = [
        (f"scheme:{one.pk}", f"{one.unit.name} {one.year}/{one.version} {one.name}")
        for one in mine.order_by("-year", "unit_id", "-version")[:OFFERED]
    ]
    examples = [(f"example:{path.stem}", _example(path)["name"]) for path in sorted(EXAMPLES.glob("[a-z]*.json"))]
    groups = [(_("Our own schemes"), own), (_("Examples"), examples)]
    return [group for group in groups if group[1]]


def _example(path: Any) -> Body:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@permission_or_404(MANAGE)
def begin(request: HttpRequest) -> HttpResponse:
    """Choose what the new draft starts from."""
    form, tried = BeginForm(request.POST or None, user=request.user), Tried(None)
    if request.method == "POST":
        tried = carry_out(
            request,
            "begin_scheme",
            form,
            lambda shown: scheme_drafts.begin(
                form.body,
                unit=form.cleaned_data["unit"],
                year=form.cleaned_data["year"],
                by=request.user,
            ),
            done=lambda: reached(request.user, MANAGE, Scheme.objects.filter(state="draft")).order_by("pk").last(),
        )
        if tried.made:
            messages.success(request, _("The draft is begun. Change what is to be different."))
            return redirect("scheme_edit", tried.made.pk)
    context = {"form": form, "key": previews.keep(request.user, "begin_scheme", {})}
    return render(request, "ratings/scheme/begin.html", context, status=tried.status)


@permission_or_404(MANAGE)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """What is issued, its checks, and whom it concerns; then exactly that."""
    scheme = reached_or_404(request.user, MANAGE, Scheme.objects.select_related("unit"), pk=pk)
    step, form, tried = f"issue_scheme:{pk}", forms.Form(request.POST or None), Tried(None)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: scheme_issuing.issue(scheme, by=request.user, expected=shown),
            done=lambda: Scheme.objects.issued().filter(pk=pk).first(),
        )
        if tried.made:
            messages.success(request, _("The scheme is issued. Those whom it concerns have been told."))
            return redirect("scheme", pk)
    if scheme.state != Scheme.State.DRAFT:
        return redirect("scheme", pk)
    body, _number = scheme_drafts.written(scheme)
    offered = scheme_issuing.offered(scheme)
    context = {
        "scheme": scheme,
        "outline": SchemeOutline(body),
        "form": form,
        "key": previews.keep(request.user, step, offered),
        **offered,
    }
    return render(request, "ratings/scheme/issue.html", context, status=tried.status)
