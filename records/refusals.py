"""Why a step was refused, in words for the person who tried. Raised by workflow functions, shown by pages and API."""


class Refused(Exception):
    """The step was not taken and nothing changed; ``str()`` says why, in the reader's language."""


class NotAllowed(Refused):
    """This person may not do this here. Pages and API answer 404, never a hint."""


class WrongState(Refused):
    """The thing is not (any more) where this step starts, or the window is shut: somebody or time was quicker."""


class Incomplete(Refused):
    """What was given does not suffice. ``problems`` maps a field, item or criterion to its message."""

    def __init__(self, message: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}
