"""Carrying out a form's step as its page showed it, or showing the form again with the reason why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from records import previews
from records.files import sha256_of
from records.refusals import Incomplete, NotAllowed, Refused, UnknownFields, WrongState, refuse_unknown_fields


@contextmanager
def confirming_sent(request: HttpRequest, step: str) -> Iterator[Any]:
    """``confirming`` with the key of the form that was sent, and all that came with it."""
    with previews.confirming(request.user, step, request.POST.get("key", ""), _fingerprint(request)) as shown:
        yield shown


def was_done_so(kept: previews.Preview, request: HttpRequest) -> bool:
    """Whether the step shown was carried out with just what is sent now."""
    return kept.done_at is not None and kept.sent == _fingerprint(request)


def answer_late(request: HttpRequest, step: str, done: Any) -> None:
    """Answer a form whose page is no longer there: what it is about has moved on since it was opened.

    ``done``: the words where this very form had taken ``step`` before (a second click); otherwise nothing was done.
    """
    if request.method != "POST":
        return
    kept = previews.find(request.user, step, request.POST.get("key", ""))
    if kept and was_done_so(kept, request):
        messages.success(request, done)
    else:
        not_taken(request, previews.MOVED_ON)


def answer_gone(request: HttpRequest) -> None:
    """Answer a step with one's own thing that another tab or somebody else has removed."""
    not_taken(request, _("It is not here any more: it was removed meanwhile. This is what is left."))


@dataclass(frozen=True)
class NotTaken:
    """Why a form was not taken, and how its answer counts."""

    why: str
    status: int = 409
    level: int = messages.WARNING

    @classmethod
    def of(cls, refused: Refused) -> NotTaken:
        wrong = isinstance(refused, Incomplete)
        return cls(str(refused), 400 if wrong else 409, messages.ERROR)


def not_taken(request: HttpRequest, why: object, status: int = 409) -> None:
    """Say so where the redirect that the view returns leads; with what was written, if anything was, on a page of its
    own that leads there (``config.not_taken``)."""
    request.not_taken = NotTaken(str(why), status)


def _fingerprint(request: HttpRequest) -> str:
    """Of the address and every field: two clicks send the same, whatever their CSRF tokens."""
    fields = [[name, values] for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    files = [[name, [sha256_of(one) for one in values]] for name, values in request.FILES.lists()]
    return sha256(json.dumps([request.path, sorted(fields), sorted(files)]).encode()).hexdigest()


class Tried(NamedTuple):
    """The result of the step (None: nothing was done), and the status of the page that explains why."""

    made: Any
    status: int = 200


def carry_out(
    request: HttpRequest,
    step: str,
    form: Form,
    act: Callable[[Any], Any],
    *,
    done: Callable[[], Any],
    buttons: Iterable[str] = (),
) -> Tried:
    """``act(shown)`` for what was shown before ``step`` under the key of ``form``; errors are shown in the form.

    ``done`` finds what a first click has created, None if it no longer exists; ``buttons``: names sent besides.
    """
    try:
        refuse_unknown_fields(request.POST, {*form.fields, *buttons, "key"})
        if not form.is_valid():
            return Tried(None, 400)
        with confirming_sent(request, step) as shown:
            return Tried(act(shown))
    except previews.AlreadyDone:
        if made := done():
            return Tried(made)
        form.add_error(None, _("This has been done already."))
    except UnknownFields as unknown:
        form.add_error(None, str(unknown))
        return Tried(None, 400)
    except Incomplete as incomplete:
        if hasattr(form, "take"):
            form.take(incomplete)
            return Tried(None, 400)
        for field, problem in (incomplete.problems or {"": str(incomplete)}).items():
            form.add_error(field if field in form.fields else None, problem)
        return Tried(None, 400)
    except WrongState as refused:
        form.add_error(None, str(refused))
    except NotAllowed:  # it was their turn when the page was opened: only then is there a key
        form.add_error(None, previews.MOVED_ON)
    return Tried(None, 409)
