"""Reading the decision desk's form, and previewing what is about to be recorded."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ratings.models import Application
from records import previews
from records.refusals import refuse_unknown_fields
from reviews.models.review_levels import ReviewLevel
from reviews.workflow import recording
from reviews.workflow.desk_rows import DeskRow
from villages.models import below_any

FIELD = re.compile(r"(?:choice|reason)\.(\d{1,18})")
SENT_ALONG = ("key", "confirmed", "change", "fill")


def step_of(review_level: ReviewLevel) -> str:
    return f"decide:{review_level.stage}"


def asked(request: HttpRequest) -> set[int]:
    """The applications (ids) that have a field."""
    return {int(match[1]) for name in request.POST if (match := FIELD.fullmatch(name))}


def settle(request: HttpRequest, review_level: ReviewLevel, codes: list[str]) -> None:
    """Settle the means by which those with a choice are judged, before they are listed."""
    chosen = {pk for pk in asked(request) if request.POST.get(f"choice.{pk}")}
    recording.settle(chosen, review_level, codes, by=request.user)


def read(rows: list[DeskRow], request: HttpRequest, codes: list[str]) -> list[DeskRow]:
    """Apply the input to ``rows``; return those with a choice. Applications that have moved on meanwhile are named.

    Raises ``UnknownFields`` for a field of no application within ``codes``.
    """
    gone = asked(request) - {row.application.pk for row in rows}
    late = dict(Application.objects.filter(below_any(codes, "unit_id"), pk__in=gone).values_list("pk", "unit__name"))
    there = {*late, *(row.application.pk for row in rows)}
    refuse_unknown_fields(request.POST, [*SENT_ALONG, *(f"{of}.{pk}" for of in ("choice", "reason") for pk in there)])
    _lay(rows, {pk: (request.POST.get(f"choice.{pk}", ""), request.POST.get(f"reason.{pk}", "")) for pk in there})
    if names := [name for pk, name in late.items() if request.POST.get(f"choice.{pk}")]:
        messages.warning(request, moved_on(names))
    return [row for row in rows if row.choice]


def moved_on(names: list[str]) -> str:
    return _("Decided already, by somebody else or in another window: %(units)s") % {"units": "、".join(names)}


def lay_kept(rows: list[DeskRow], shown: list[dict]) -> None:
    """Apply the previewed choices to ``rows``."""
    _lay(rows, {one["application"]: (one["choice"], one["reason"]) for one in shown})


def _lay(rows: list[DeskRow], typed: dict[int, tuple[str, str]]) -> None:
    for row in rows:
        row.choice, row.reason = typed.get(row.application.pk, ("", ""))


def fill(rows: list[DeskRow], request: HttpRequest) -> None:
    """Choose the highest possible wherever nothing is chosen; nothing is recorded."""
    open_rows = [row for row in rows if not row.choice and row.highest]
    for row in open_rows:
        row.choice = row.highest
    n = len(open_rows)
    words = ngettext(
        "Filled in for %(n)s application; nothing is recorded yet.",
        "Filled in for %(n)s applications; nothing is recorded yet.",
        n,
    )
    messages.warning(request, words % {"n": n})


def check(rows: list[DeskRow], request: HttpRequest) -> list[DeskRow]:
    """Set the errors on ``rows``; return the rows with a choice."""
    chosen = [row for row in rows if row.choice]
    recording.check(chosen, by=request.user)
    for row in rows:
        if row.reason.strip() and not row.choice:
            row.error = _("You have written a reason: please choose a decision, or empty it.")
    return chosen


def list_once_more(request: HttpRequest, chosen: list[DeskRow], review_level: ReviewLevel) -> HttpResponse:
    """The preview that names what is about to be recorded; its key stands for exactly that."""
    key = previews.keep(request.user, step_of(review_level), recording.listed(chosen))
    said = [row.said for row in chosen]
    counts = [(words, said.count(words)) for words in dict.fromkeys(said)]
    context = {"rows": chosen, "review_level": review_level, "key": key, "counts": counts}
    return render(request, "reviews/decisions/confirm.html", context)
