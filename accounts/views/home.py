"""The home page: the person's next step first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.home import panels_of
from accounts.todo_list import todos_of
from notifications.models import Notice

NOTICES_SHOWN = 3


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's to-dos, notices, and the state of affairs."""
    first, *others = todos_of(request.user) or [None]
    return render(
        request,
        "accounts/home.html",
        {
            "first": first,
            "others": others,
            "notices": Notice.objects.filter(user=request.user)[:NOTICES_SHOWN],
            "panels": panels_of(request.user),
        },
    )
