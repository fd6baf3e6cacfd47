"""Help for one page, and all of it as a printable manual."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import page_help


def manual(request: HttpRequest) -> HttpResponse:
    """Every topic for the reader; anonymous readers see the public ones.

    Pictures load on request (``?pictures=1``): a phone on a slow connection shows the text at once.
    """
    context = {"topics": page_help.topics_of(request.user), "pictured": "pictures" in request.GET}
    return render(request, "accounts/help/manual.html", context)


def topic(request: HttpRequest, name: str) -> HttpResponse:
    shown = next((one for one in page_help.topics_of(request.user) if one.name == name), None)
    if shown is None:
        raise Http404
    return render(request, "accounts/help/topic.html", {"topic": shown})
