"""Why this star: facts, points, panel, decision, notice, star, on one page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ratings.models import Application
from ratings.views.opening import opened
from reviews.result import Result


@login_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever may open the application; what is not released is not there."""
    application = opened(request.user, pk)
    return render(
        request,
        "reviews/result.html",
        {
            "application": application,
            "result": Result(application, request.user),
            "state_label": Application.State(application.shown_state).label,
        },
    )
