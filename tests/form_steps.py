"""Forms as their pages show them: sends what a browser sends when a button is pressed."""

import re

from django.http import HttpResponse


def key_of(page: HttpResponse, action: str = "") -> str:
    """The key in the form of ``page`` that posts to ``action`` (the last form with a key if empty)."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page.content.decode(), re.DOTALL)
    of_action = [form for form in forms if action in form.partition(">")[0]]
    return re.findall(r'type="hidden"\s+name="key"\s+value="([0-9a-f]*)"', "".join(of_action))[-1]


def pressed(client, page: str, given: dict[str, object] | None = None, action: str = "") -> HttpResponse:
    """Open ``page`` and send the form on it that posts to ``action`` (the page itself if empty)."""
    key = key_of(client.get(page), action)
    return client.post(action or page, {**(given or {}), "key": key})


def listed(client, page: str, given: dict[str, object]) -> dict[str, str]:
    """The confirmation of the preview that ``page`` shows when ``given`` is sent to it."""
    return {"key": key_of(client.post(page, given), page), "confirmed": "yes"}


def looked(client, page: str, given: dict[str, object]) -> HttpResponse:
    """The page of ``page`` that says what ``given`` would do, to be sent again with its key and ``record``."""
    return client.post(page, {**given, "look": "1"})


def recorded(client, page: str, given: dict[str, object]) -> HttpResponse:
    """Look at what ``given`` would do, then record it."""
    return client.post(page, {**given, "record": "1", "key": key_of(looked(client, page, given))})
