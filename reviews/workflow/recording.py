"""Choices of the decision desk, recorded exactly as previewed, or not at all.

The county's means are settled before the choices are listed, and before they are recorded: what follows is decided by
fixed means, so that neither the list nor one of its choices moves the total of another.
"""

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
from reviews.conflicts_of_interest import deciding_conflicts
from reviews.models.review_levels import ReviewLevel
from reviews.workflow import decisions
from reviews.workflow.decisions import Choice
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


@transaction.atomic
def settle(chosen: Collection[int], review_level: ReviewLevel, codes: list[str], *, by: User) -> None:
    """Settle the means by which ``chosen`` (ids) are judged, those that ``by`` may decide now."""
    ours = set(finished(review_level, codes).filter(pk__in=chosen).values_list("pk", flat=True))
    _settle(ours - deciding_conflicts(ours, by.pk, review_level.stage).keys(), review_level, by)


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
    _settle(chosen, review_level, by)
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


def _settle(chosen: Collection[int], review_level: ReviewLevel, by: User) -> None:
    decisions.settle_means_of(chosen, f"decide_{review_level.stage}", by)


def _take(row: DeskRow, by: User) -> None:
    if row.choice == RECOMMEND:
        decisions.recommend_settled({row.application.pk: Choice(row.own_star, row.reason)}, by=by)
    elif row.choice == REJECT:
        decisions.reject(row.application, by=by, reason=row.reason)
    elif row.choice == SEND_BACK:
        decisions.send_back(row.application, by=by, reason=row.reason)
    elif star := keys([row.choice]):
        choice = Choice(star.pop(), row.reason)
        decisions.decide_settled(row.review_level.stage, {row.application.pk: choice}, by=by)
    else:
        raise Incomplete(_("Please choose from the list."))
