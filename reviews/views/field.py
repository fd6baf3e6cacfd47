"""Printed score sheets for the field: one, or all that the reviewer still has to score."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User
from records.documents import served
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.presenters.field_sheet import field_sheets
from reviews.presenters.own_sheet import own_sheet, require_reviewer
from reviews.sheets.queue import SHOWN, TO_SCORE, sheets_of


@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _paper([own_sheet(request.user, pk)], request.user)


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """The first ``SHOWN`` sheets that wait to be scored, as the queue lists them."""
    require_reviewer(request.user)
    waiting = sheets_of(request.user).filter(TO_SCORE).select_related("application__unit")
    shown_sheets = waiting.prefetch_related("application__cycle__scheme").order_by("application__unit")[:SHOWN]
    sheets = [
        s for s in shown_sheets if request.user.has_perm(REVIEW_LEVELS[s.stage].permission("score"), s.application)
    ]
    if not sheets:
        return redirect("review_desk")  # this page says that nothing is waiting
    return _paper(sheets, request.user)


def _paper(sheets: list[Sheet], user: User) -> HttpResponse:
    return served(field_sheets(sheets, user), _("Score sheet for the field"), download=True)
