"""Choices of the decision desk, recorded exactly as previewed, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Application
from records.numbers import keys
from records.previews import require_unchanged
from records.refusals import Incomplete, Outdated, Refused
from reviews.models.review_levels import ReviewLevel
from reviews.workflow import decisions
from reviews.workflow.desk_rows import RECOMMEND, REJECT, SEND_BACK, DeskRow, finished, for_desk, rows_of


def listed(rows: Iterable[DeskRow]) -> list[dict[str, Any]]:
    """The choice for each of ``rows``, and what it was based on, as a page keeps it."""
    return [
        {
            "application": row.application.pk,
            "choice": row.choice,
            "reason": row.reason,
            "own_star": row.own_star if row.choice == RECOMMEND else None,
            "possible": row.ceiling.star,
            "total": row.ceiling.allowed.total,
        }
        for row in rows
    ]


def check(rows: Collection[DeskRow], *, by: User) -> None:
    """Set on each of ``rows`` why its choice would be refused now; nothing is recorded."""
    with transaction.atomic():
        for row in rows:
            try:
                with transaction.atomic():
                    _take(row, by)
            except Refused as refused:
                row.error = str(refused)
        transaction.set_rollback(True)


@transaction.atomic
def record(expected: list[dict[str, Any]], review_level: ReviewLevel, codes: list[str], *, by: User) -> list[DeskRow]:
    """Record all that was ``listed``. Raises ``Outdated`` when one of them has moved on or changed."""
    chosen = {one["application"]: one for one in expected}
    list(Application.objects.select_for_update(of=("self",)).filter(pk__in=chosen).order_by("pk").values_list("pk"))
    there = for_desk(finished(review_level, codes).filter(pk__in=chosen), by, review_level)
    rows = rows_of(list(there), review_level, timezone.localdate())
    for row in rows:
        one = chosen[row.application.pk]
        row.choice, row.reason = one["choice"], one["reason"]
    require_unchanged(sorted(expected, key=_application), sorted(listed(rows), key=_application))
    for row in rows:
        try:
            _take(row, by)
        except Refused as refused:
            raise Outdated(" ".join([str(refused), _("Nothing was recorded. Please look again.")])) from refused
    return rows


def _application(one: dict[str, Any]) -> int:
    return int(one["application"])


def _take(row: DeskRow, by: User) -> None:
    if row.choice == RECOMMEND:
        decisions.recommend(row.application, star=row.own_star, by=by, reason=row.reason)
    elif row.choice == REJECT:
        decisions.reject(row.application, by=by, reason=row.reason)
    elif row.choice == SEND_BACK:
        decisions.send_back(row.application, by=by, reason=row.reason)
    elif star := keys([row.choice]):
        decisions.decide(row.application, star=star.pop(), by=by, reason=row.reason)
    else:
        raise Incomplete(_("Please choose from the list."))
