"""What anybody may see without an account: lists under public notice, villages named, and their certificates."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.working_days import working_days_between
from honours.certificate import certificate_paper, code_of, nomination_of
from honours.forms import RoundObjectionForm
from honours.models import Nomination, NominationState, Round, RoundObjection
from honours.workflow import objections
from ratings.forms.register_forms import PublicSearchForm
from records.client_ip import address_of
from records.documents import served
from records.refusals import Refused
from records.typed_codes import grouped, normalized
from reviews.results.public_notices import may_object_again
from villages.models import matching

ROWS = 50
TOO_MANY = gettext_lazy("Too many objections from this place. What you typed is still below: send it again in an hour.")


def villages(request: HttpRequest) -> HttpResponse:
    """The villages that hold a title today, and the rounds under public notice."""
    today, form = timezone.localdate(), PublicSearchForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    held = Nomination.objects.filter(state=NominationState.NAMED, round__valid_until__gte=today)
    held = held.filter(matching(typed, "unit__")).select_related("unit", "round").order_by("-round__named_on", "unit")
    for one in (page := Paginator(held, ROWS).get_page(request.GET.get("page"))):
        one.code = code_of(one.pk)
    public = Round.objects.filter(state__in=Round.State.PUBLIC).select_related("unit")
    context = {
        "form": form,
        "typed": typed,
        "page": page,
        "notices": public.filter(state=Round.State.NOTICE).order_by("last_day", "pk"),
        "rounds": public.filter(state=Round.State.NAMED)[:ROWS],
    }
    return render(request, "honours/public/villages.html", context)


def public_round(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a round; during its public notice with a form to object."""
    round = get_object_or_404(Round.objects.filter(state__in=Round.State.PUBLIC).select_related("unit"), pk=pk)
    today, status = timezone.localdate(), 200
    takes = round.state == Round.State.NOTICE and today <= round.last_day
    form = RoundObjectionForm(round, request.POST or None, request.FILES or None) if takes else None
    if request.method == "POST" and form is not None and form.is_valid():
        given, place = dict(form.cleaned_data), address_of(request)
        if given.pop("website") or not may_object_again(place):
            form.add_error(None, TOO_MANY)
            status = 429
        else:
            try:
                made = objections.make(**given, place=place)
                return render(request, "honours/public/objected.html", {"objection": made, "round": round})
            except Refused as refused:
                form.add_error(None, str(refused))
                status = 409
    days = working_days_between(round.released_on, round.last_day)
    shown = Nomination.objects.public().filter(round=round).select_related("unit").order_by("unit")
    context = {
        "round": round,
        "form": form,
        "days": [day for day in days if day > round.released_on],
        "rows": list(shown),
        "today": today,
    }
    return render(request, "honours/public/round.html", context, status=status)


def objection_outcome(request: HttpRequest) -> HttpResponse:
    """The outcome of an objection, for somebody with its receipt."""
    receipt = request.GET.get("receipt", "").strip()
    rows = RoundObjection.objects.select_related("unit", "nomination__round")
    found = rows.filter(receipt=grouped(normalized(receipt))).first() if receipt else None
    return render(request, "honours/public/outcome.html", {"receipt": receipt, "objection": found})


def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What a check code belongs to: a title, and whether it is held today. Otherwise 404."""
    one = _titled_or_404(code)
    if code != code_of(one.pk):
        return redirect("title_certificate", code_of(one.pk))
    holds = one.state == NominationState.NAMED and timezone.localdate() <= one.round.valid_until
    context = {"nomination": one, "round": one.round, "code": code, "holds": holds}
    return render(request, "honours/public/certificate.html", context)


def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate to print: only for a title that is held today."""
    one = _titled_or_404(code)
    if one.state != NominationState.NAMED or timezone.localdate() > one.round.valid_until:
        raise Http404
    return served(certificate_paper(one), f"{_('Certificate')} {one.unit.name}")


def _titled_or_404(code: str) -> Nomination:
    titled = Nomination.objects.filter(state__in=[NominationState.NAMED, NominationState.REVOKED])
    return get_object_or_404(titled.select_related("unit", "round__unit"), pk=nomination_of(code))
