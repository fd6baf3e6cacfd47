"""The list of policies or of funds."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.departments import departments_held
from incentives import exports
from incentives.models import ProjectFund, Source
from incentives.models.lifecycle import WRITE_OWN
from incentives.turns import show_turns
from incentives.workflow.actions import writers
from records.excel_export import as_workbook
from villages.models import Unit

ROWS = 50


def source_or_404(request: HttpRequest, kind: type[Source], pk: int) -> Source:
    """A policy or fund that the reader may see, or 404 as if it did not exist."""
    source = seen_source(request, kind, pk)
    if source is None:
        raise Http404
    return source


def seen_source(request: HttpRequest, kind: type[Source], pk: int) -> Source | None:
    """A policy or fund, where the reader may see it."""
    along = ("unit", "attachment", "sought_by", "opinion_by", "effective_by")
    found = kind.objects.seen_by(request.user).select_related(*along)
    if kind is ProjectFund:
        found = found.prefetch_related("planned__unit")
    return found.filter(pk=pk).first()


@login_required
def sources(request: HttpRequest, kind: type[Source]) -> HttpResponse:
    if not any(map(request.user.has_perm, ("incentives.view_incentive", WRITE_OWN))):
        raise Http404
    found = kind.objects.seen_by(request.user).with_facts().select_related("unit").order_by("-year", "unit", "-pk")
    title = _("Project funds") if kind is ProjectFund else _("Reward policies")
    if book := as_workbook(request, title, exports.sources(), found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    show_turns(page)
    return render(
        request,
        "incentives/sources.html",
        {
            "page": page,
            "is_fund": kind is ProjectFund,
            "new": f"{kind.PAGE}-new",
            "drafts": _drafts(request, kind),
        },
    )


def _drafts(request: HttpRequest, kind: type[Source]) -> list[tuple[Unit, str, bool]]:
    """Where and for whom the reader drafts: county, department ("" for finance), and whether there is another choice
    in that county."""
    own = {code for code, _name in departments_held(request.user, WRITE_OWN)}
    counties = Unit.objects.filter(code__in=own.union(request.user.reach(kind.MANAGE)))
    possible = [(county, writers(request.user, kind, county)) for county in counties]
    return [(county, writer, len(names) > 1) for county, names in possible for writer in names]
