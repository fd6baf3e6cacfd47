"""The home page: the person's next step first; and their day on one page."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.home import panels_of
from accounts.models import User
from accounts.prepared import asked
from accounts.todo_list import todos_of
from accounts.together import together
from notifications.models import Notice

NOTICES_SHOWN = 3
OTHERS_SHOWN = 8
"""How many further to-dos stand open; the rest is folded, so that what follows is not pushed away."""
ON_PAPER = 18
"""How many to-dos one A4 page holds."""


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's to-dos, notices, and the state of affairs."""
    with together(request.user, "home"):
        first, *others = todos_of(request.user) or [None]
        context = {
            "first": first,
            "others": others[:OTHERS_SHOWN],
            "folded": others[OTHERS_SHOWN:],
            "notices": asked(_latest_notices, request.user),
            "panels": panels_of(request.user),
        }
        return render(request, "accounts/home.html", context)


def _latest_notices(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)[:NOTICES_SHOWN]


@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """All that waits for the person as one table: until when, since when, from whom; to print."""
    with together(request.user, "today"):
        todos = todos_of(request.user)
    context = {"todos": todos, "on_paper": ON_PAPER, "more": max(0, len(todos) - ON_PAPER)}
    return render(request, "accounts/today.html", context)
