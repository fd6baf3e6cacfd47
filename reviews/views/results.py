"""Why this star: every step from facts to today's star, on one page and as one file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ratings.application.access import opened
from ratings.models import Application
from records.documents import served
from reviews.results import result_paper, score_card_paper
from reviews.results.result import Result
from reviews.results.score_card import ScoreCard


@login_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """For everyone who may open the application; what is not released is not shown."""
    application = opened(request.user, pk)
    return render(
        request,
        "reviews/results/result.html",
        {
            "application": application,
            "result": Result(application, request.user),
            "state_label": Application.State(application.shown_state).label,
        },
    )


@login_required
def result_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as one PDF with the list of the evidence, for the readers of the page."""
    application = opened(request.user, pk)
    paper = result_paper.pdf(Result(application, request.user))
    return served(paper, f"{application.unit.name}-{application.cycle.year}", download=True)


@login_required
def score_card(request: HttpRequest, pk: int) -> HttpResponse:
    """What was lost, what the next star lacks, what to do first; before the release, that there is none yet."""
    application = opened(request.user, pk)
    card = ScoreCard(Result(application, request.user))
    return render(request, "reviews/results/score_card.html", {"application": application, "card": card})


@login_required
def score_card_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on one A4 sheet to hang up."""
    application = opened(request.user, pk)
    card = ScoreCard(Result(application, request.user))
    if not card.exists:
        return redirect("score_card", pk)
    name = f"{application.unit.name}-{application.cycle.year}"
    return served(score_card_paper.paper(card), name, download=True)
