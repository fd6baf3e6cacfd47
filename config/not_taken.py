"""The answer to a form that was not taken and that its page cannot show again: what it belongs to is gone, has moved on
or is no longer the sender's. It says why, keeps what was written, to copy, and leads on.

It is made of what was sent alone, so that it tells a stranger nothing: the same, whatever lies behind the address.
"""

import re
from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.defaults import page_not_found

from config.page_above import page_above
from records import previews
from records.confirming import NotTaken

GONE = gettext_lazy("What this was sent to is not here any more, or is not yours any more. Nothing was done.")
WORDS = re.compile(r"[^\x00-\x7f]|\s")
"""What people write has words; what a form sends by itself (keys, codes, choices) has none."""
OWN_FIELDS = re.compile("csrfmiddlewaretoken|key|new|secret|code|.*password.*")
"""Of the form itself, and secrets."""


def answer(request: HttpRequest, refused: NotTaken, on: str) -> HttpResponse:
    """``on``: where it leads; as ever by a message there, where nothing was written."""
    if written := written_in(request):
        shown = {"why": refused.why, "written": written, "on": on}
        return render(request, "not_taken.html", shown, status=refused.status)
    messages.add_message(request, refused.level, refused.why)
    return redirect(on)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; of a form whose page this person was shown before (its key tells), 409."""
    if request.path.startswith("/api/") or not (written := written_in(request)):
        return page_not_found(request, exception)
    status = 409 if previews.was_shown(request.user, request.POST.get("key", "")) else 404
    shown = {"why": GONE, "written": written, "on": _page_above(request)}
    return render(request, "not_taken.html", shown, status=status)


def _page_above(request: HttpRequest) -> str:
    """Looked for as when it is opened: nothing that was sent is sent there."""
    opening = copy(request)
    opening.method, opening.POST = "GET", QueryDict()
    return page_above(opening)


def written_in(request: HttpRequest) -> list[str]:
    """The texts of the form, each once. Nothing has validated what was sent to an address that never existed: it may be
    anything."""
    if request.method != "POST" or request.resolver_match is None:
        return []
    sent = [text for name, texts in request.POST.lists() if not OWN_FIELDS.fullmatch(name) for text in texts]
    return list(dict.fromkeys(text.strip() for text in sent if WORDS.search(text.strip())))
