"""One policy or fund: its state, its terms, its list, and the next step."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.departments import staff
from accounts.models import User
from incentives.forms import AnswerForm, HandOverForm, OpinionForm
from incentives.listing import rows_of
from incentives.models import Clawback, LedgerEntry, ProjectFund, Source, Voucher
from incentives.models.lifecycle import WRITE_OWN
from incentives.opinions import opinion_due
from incentives.prospects import Prospect
from incentives.reasons import cause, fall, with_reasons
from incentives.signatures import sign
from incentives.source_state import proposed, prospects_of, standing, table_of
from incentives.turns import turn_of
from incentives.views.sources import ROWS, source_or_404
from incentives.workbook import write_list
from incentives.workflow.actions import available
from records import previews
from records.files import serve
from records.step_forms import ReasonForm

ENTRIES = 8
STEPS_OF_PAGE = {"seek_opinion", "give_opinion", "take_back", "make_effective", "hand_over", "grant"}
"""The steps that are taken on the page itself."""


@login_required
def detail(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    return show(request, source_or_404(request, kind, pk))


def page_step(kind: type[Source], pk: int) -> str:
    """The name under which the page's preview is kept (``records.previews``)."""
    return f"page:{kind.PAGE}:{pk}"


def show(request: HttpRequest, source: Source, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page. What its steps depend on is kept under its key. ``more``: forms with errors; ``refused``."""
    by_star = list(source.lines.order_by("-star").values("star").annotate(units=Count("pk"), amount=Sum("amount")))
    clawbacks = _open_clawbacks(source) if by_star else []
    source.granted, source.to_settle = bool(by_star), bool(clawbacks)
    prospects, unmet = ([], "") if by_star else prospects_of(source)
    stars = by_star or _by_star(prospects)
    star = _star_or_404(request, stars)
    lines = source.lines.select_related("unit") if by_star else prospects
    page = _page(lines, stars, star, request.GET.get("page"))
    entries = list(LedgerEntry.objects.of(source).select_related("unit", "by")[:ENTRIES]) if by_star else []
    terms = list(table_of(source))
    verbs = {action.verb: action for action in available(request.user, source)}
    turn = turn_of(source)
    context = {
        "source": source,
        "is_fund": isinstance(source, ProjectFund),
        "steps": _steps(source, granted=bool(by_star)),
        "verbs": verbs,
        "by_star": stars,
        "star": star,
        "granted": bool(by_star),
        "unmet": unmet,
        "problems": rows_of([prospect for prospect in prospects if prospect.problem][:ROWS]),
        "problem_count": sum(bool(prospect.problem) for prospect in prospects),
        "total": sum((row["amount"] for row in by_star), 0) or sum(p.amount or 0 for p in prospects),
        "reckoned_today": source.reckoning_day == timezone.localdate(),
        "page": page,
        "rows": rows_of(page),
        "terms": terms,
        "planned": source.planned.all() if isinstance(source, ProjectFund) else [],
        "clawbacks": clawbacks,
        "entries": entries,
        "signed": sign(entries, source),
        "turn": turn,
        "idle": turn is None and not by_star,
        "asked": opinion_due(source) if source.state == STATES.OPINION_SOUGHT else None,
        "opinion_form": OpinionForm(),
        "answer_form": AnswerForm(),
        "reason_form": ReasonForm(),
        "handover_form": HandOverForm(staff(source.unit_id, WRITE_OWN)) if "hand_over" in verbs else None,
        "vouchers": _vouchers(request.user, source) if source.disbursed else [],
        "may_settle": clawbacks and request.user.has_perm("incentives.disburse", source),
    }
    if context["may_settle"] or verbs.keys() & STEPS_OF_PAGE:
        shown = {
            "source": {} if by_star else standing(source, prospects, terms),
            "clawbacks": {one.pk: proposed(one) for one in clawbacks},
        }
        context["key"] = previews.keep(request.user, page_step(type(source), source.pk), shown)
    return render(request, "incentives/source.html", context | more, status=status)


def _star_or_404(request: HttpRequest, stars: list[dict[str, Any]]) -> int | None:
    """The star whose villages alone are listed, if one is asked for."""
    asked = request.GET.get("star")
    if asked is None:
        return None
    if asked not in {str(row["star"]) for row in stars}:
        raise Http404
    return int(asked)


def _page(lines: Any, stars: list[dict[str, Any]], star: int | None, number: str | None) -> Any:
    """A page of what villages get: ``lines``, or prospects; of one ``star`` or all."""
    if star is not None:
        lines = [one for one in lines if one.star == star] if isinstance(lines, list) else lines.filter(star=star)
    pages = Paginator(lines, ROWS)
    pages.count = sum(row["units"] for row in stars if star in (None, row["star"]))
    return pages.get_page(number)


def _by_star(prospects: list[Prospect]) -> list[dict[str, Any]]:
    stars = sorted({prospect.star for prospect in prospects}, reverse=True)
    amounts = {star: [prospect.amount or 0 for prospect in prospects if prospect.star == star] for star in stars}
    return [{"star": star, "units": len(amounts[star]), "amount": sum(amounts[star])} for star in stars]


def _open_clawbacks(source: Source) -> list[Clawback]:
    found = Clawback.objects.filter(state=Clawback.State.OPEN, **{f"{source.LINE}__in": source.lines.all()})
    opened = list(with_reasons(found).order_by("pk"))
    for proposal in opened:
        proposal.fall, proposal.cause = fall(proposal), cause(proposal)
    return opened


def _vouchers(user: User, source: Source) -> list[Voucher]:
    """The last instalments, for those who may pay; the page's own policy or fund stands for theirs."""
    found = Voucher.objects.seen_by(user).of(source).select_related("by")[:ENTRIES]
    for one in found:
        one.unit = source.unit
        setattr(one, source.PAGE, source)
    return list(found)


STATES = Source.State


def _steps(source: Source, *, granted: bool) -> list[dict[str, Any]]:
    """The step tracker: drafted, opinion, filed, in effect, committed, disbursed."""
    paid = granted and source.committed == source.disbursed
    done = list(STATES).index(source.state) + (source.state == STATES.EFFECTIVE) + granted + paid
    names = [_("Drafted"), _("Opinion"), _("Filed"), _("In effect"), _("Committed"), _("Disbursed")]
    return [
        {"name": name, "state": "done" if place < done else "current" if place == done else ""}
        for place, name in enumerate(names)
    ]


@login_required
def attachment(request: HttpRequest, kind: type[Source], pk: int) -> FileResponse:
    """The document itself, for whoever may see the policy or fund."""
    source = source_or_404(request, kind, pk)
    if source.attachment is None:
        raise Http404
    return serve(source.attachment)


@login_required
def workbook(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    """The list as a workbook."""
    source = source_or_404(request, kind, pk)
    entries = list(source.lines.select_related("unit")) or prospects_of(source)[0]
    file = BytesIO()
    write_list(source, rows_of(entries), file)
    response = HttpResponse(
        file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{source.PAGE}-{source.year}-{source.pk}.xlsx"'
    return response
