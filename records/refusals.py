"""Why a step was refused, in words for the person who tried. Raised by workflow functions, shown by pages and API."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


class Refused(Exception):
    """The step was not taken and nothing changed; ``str()`` says why, in the reader's language."""


class NotAllowed(Refused):
    """This person may not do this here. Pages and API answer 404, never a hint."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("You may not do this here."))


class WrongState(Refused):
    """The object is not (or no longer) in the state that this step starts from, or the window has closed."""


class Incomplete(Refused):
    """The input is incomplete or wrong. ``problems`` maps a field, item or criterion to its message."""

    def __init__(self, message: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}


class Outdated(WrongState):
    """What the person was shown is no longer true: nothing was done, the new state is to be shown."""


class UnknownFields(Incomplete):
    """A form that pays, grants, releases or decides got fields that it does not have."""


def require_reason(typed: str, field: str = "reason") -> str:
    """What was typed, stripped. Raises ``Incomplete`` on ``field`` if it is empty."""
    if not typed.strip():
        message = _("Please give a reason.")
        raise Incomplete(message, {field: message})
    return typed.strip()


def refuse_unknown_fields(sent: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``UnknownFields`` for any name among ``sent`` that is neither ``known`` nor the CSRF token."""
    unknown = sorted(set(sent) - set(known) - {"csrfmiddlewaretoken"})
    if unknown:
        message = _("This form does not know the field %(names)s. Nothing was done.") % {
            "names": ", ".join(unknown[:5])
        }
        raise UnknownFields(message, dict.fromkeys(unknown, message))
