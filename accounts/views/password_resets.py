"""Whose password an office has reset: for the offices above it, so that no reset goes unnoticed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authority import permission_or_404
from accounts.models import Appointment, User, UserEvent
from villages.models import below_any

ROWS = 50
SHOWN = timedelta(days=365)


class Reset(NamedTuple):
    person: User
    posts: list[Appointment]
    by: User | None
    at: datetime


@permission_or_404("accounts.appoint")
def resets(request: HttpRequest) -> HttpResponse:
    """Of the last year, newest first, for holders of posts within the reader's reach."""
    held = Appointment.objects.on(timezone.localdate())
    held = held.filter(below_any(request.user.reach("accounts.appoint"), "unit_id"))
    events = UserEvent.objects.filter(
        pgh_label="update",
        pgh_context__verb="accounts.reset_password",
        pgh_created_at__gt=timezone.now() - SHOWN,
        pgh_obj__in=held.values("user_id"),
    )
    page = Paginator(events.select_related("pgh_obj").order_by("-pgh_id"), ROWS).get_page(request.GET.get("page"))
    posts = held.filter(user__in=[one.pgh_obj_id for one in page]).select_related("unit").order_by("unit_id", "role")
    return render(request, "accounts/resets.html", {"page": page, "resets": _read(page, list(posts))})


def _read(events: Iterable[UserEvent], posts: list[Appointment]) -> list[Reset]:
    people = User.objects.in_bulk([one.pgh_context["user"] for one in events])
    return [
        Reset(
            one.pgh_obj,
            [post for post in posts if post.user_id == one.pgh_obj_id],
            people.get(one.pgh_context["user"]),
            one.pgh_created_at,
        )
        for one in events
    ]
