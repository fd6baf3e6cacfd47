"""Public notices: open to anyone, with a form to object and a page for the outcome of an objection."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.role_holders import office_lines
from accounts.working_days import uncertainty, working_days_between
from ratings.forms.register_forms import PublicSearchForm
from ratings.models import Decision
from records.client_ip import address_of
from records.confirming import not_taken
from records.documents import served
from records.refusals import Refused
from records.typed_codes import grouped, normalized
from reviews.forms import PublicObjectionForm
from reviews.models import Batch, Objection
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.results.poster import poster
from reviews.results.public_notices import (
    by_township,
    decisions_of,
    may_object_again,
    notices,
    of_place,
    takes_objections,
)
from reviews.results.public_reasons import reasons
from reviews.workflow import objections as workflow

PER_PAGE = 20


@dataclass(frozen=True)
class Day:
    day: date
    is_past: bool
    is_today: bool


class ObjectionForm(PublicObjectionForm):
    field_order = ("decision",)

    decision = forms.ModelChoiceField(
        Decision.objects.none(), label=gettext_lazy("Which unit"), empty_label=gettext_lazy("Please choose")
    )

    def __init__(self, batch: Batch, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = decisions_of(batch).filter(state=Decision.State.RELEASED)
        self.fields["decision"].label_from_instance = lambda decision: decision.unit.name


def public_notices(request: HttpRequest) -> HttpResponse:
    form = PublicSearchForm(request.GET)
    decisions = notices()
    if form.is_valid() and form.cleaned_data["q"]:
        decisions = of_place(decisions, form.cleaned_data["q"])
    page = Paginator(decisions, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/results/notices.html", {"page": page, "form": form, "today": timezone.localdate()})


def public_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice with its list; a posted objection gets its receipt on the same page."""
    batch = get_object_or_404(notices().select_related("cycle__scheme"), pk=pk)
    today = timezone.localdate()
    takes = takes_objections(batch, today)
    form = ObjectionForm(batch, request.POST or None, request.FILES or None) if takes else None
    status = 200
    if request.method == "POST" and form is None:  # opened in time, sent too late
        not_taken(request, _("The days of public notice are over: what you sent was not taken."))
        return redirect("public_notice", pk)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        place = address_of(request)
        if given["website"] or not may_object_again(place):
            form.add_error(None, _another_way(batch))
            status = 429
        elif objection := _object(form, place):
            return render(request, "reviews/appeals/objection_made.html", {"objection": objection, "batch": batch})
    return render(request, "reviews/results/notice.html", _context(batch, today, form), status=status)


def notice_poster(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as a poster to hang up in the village."""
    batch = get_object_or_404(notices(), pk=pk)
    return served(poster(batch), f"{_('Public notice')} {batch.document}")


def objection_status(request: HttpRequest) -> HttpResponse:
    """The outcome of an objection, for somebody with its receipt."""
    receipt = request.GET.get("receipt", "").strip()
    objection = Objection.objects.select_related("unit").filter(receipt=grouped(normalized(receipt))).first()
    return render(request, "reviews/appeals/objection_status.html", {"receipt": receipt, "objection": objection})


def _said(form: ObjectionForm) -> dict:
    return {name: form.cleaned_data[name] for name in ("decision", "text", "name", "contact", "photo")}


def _object(form: ObjectionForm, place: str) -> Objection | None:
    """The objection that was made; None, with the reason in the form, where it is refused."""
    try:
        return workflow.make_objection(**_said(form), place=place)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


def _another_way(batch: Batch) -> str:
    """What people who cannot send one now may do instead."""
    return _(
        "Too many objections from this place. What you typed is still below: send it again in an hour, "
        "or bring it on paper to the office of %(unit)s by %(day)s."
    ) % {"unit": batch.unit.name, "day": date_format(batch.last_day, "DATE_FORMAT")}


def _context(batch: Batch, today: date, form: ObjectionForm | None) -> dict:
    days = working_days_between(batch.first_day, batch.last_day)
    last = batch.cycle.year - 1
    previous = Decision.objects.confirmed().filter(unit=OuterRef("unit"), year=last).order_by("-on", "-pk")
    shown = decisions_of(batch).select_related("application")
    decided = list(shown.annotate(last_star=Subquery(previous.values("star")[:1])))
    stars = [decision.star for decision in decided]
    spec = batch.scheme.spec
    why = reasons(batch, decided)
    for decision in decided:
        decision.why = why.get(decision.pk, "")
    return {
        "batch": batch,
        "phones": office_lines(REVIEW_LEVELS[batch.stage].office, batch.unit_id),
        "days": [Day(day, day < today, day == today) for day in days],
        "days_left": sum(day >= today for day in days),
        "takes": form is not None,
        "form": form,
        "groups": list(by_township(decided).items()),
        "counts": [(star, stars.count(star)) for star in sorted(set(stars), reverse=True)],
        "lines": [line for line in spec.stars if line.star in stars],
        "areas": [area.name for area in spec.areas if area.kind == "base"],
        "uncertain": uncertainty(batch.first_day, batch.confirms_on),
    }
