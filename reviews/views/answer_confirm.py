"""A preview of what an answer to an appeal or objection will change; then exactly that, or nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from records import previews
from records.refusals import refuse_unknown_fields

ALONG = ("change",)
Take = Callable[..., Any]
"""Answers with what was typed: ``take(typed, expected=…)``."""


def foreseen(take: Take, typed: Mapping[str, str]) -> Any:
    """The result of ``take``, rolled back. Raises whatever refuses it."""
    with transaction.atomic():
        made = take(typed, expected=None)
        transaction.set_rollback(True)
    return made


def typed_in(request: HttpRequest) -> dict[str, str]:
    """The input, and the button."""
    return {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", *ALONG)}


def list_once_more(
    request: HttpRequest, step: str, typed: Mapping[str, str], standing: Any, rows: list[tuple[str, Any]], title: str
) -> HttpResponse:
    """The preview with ``rows``; its key stands for exactly that."""
    key = previews.keep(request.user, step, {"typed": typed, "standing": standing})
    context = {"rows": rows, "title": title, "key": key, "typed": typed.items(), "address": request.path}
    return render(request, "reviews/appeals/answer_confirm.html", context)


def confirm(request: HttpRequest, step: str, take: Take, typed: dict[str, str]) -> None:
    """Answer as previewed under the key; ``typed`` is filled with the input. Raises what refuses it."""
    refuse_unknown_fields(request.POST, ["key", "confirmed"])
    try:
        with previews.confirming(request.user, step, request.POST.get("key", "")) as shown:
            typed.update(shown["typed"])
            take(typed, expected=shown["standing"])
    except previews.AlreadyDone as done:
        typed.update(done.shown["typed"])
        raise
