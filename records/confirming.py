"""Carrying out a form's step as its page showed it, or showing the form again with the reason why not."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from records import previews
from records.refusals import Incomplete, UnknownFields, WrongState, refuse_unknown_fields


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
        with previews.confirming(request.user, step, request.POST.get("key", "")) as shown:
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
    return Tried(None, 409)
