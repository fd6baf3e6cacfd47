"""Validation of unit names, for all callers."""

from django.utils.translation import gettext as _

from records import cells
from records.refusals import Incomplete


def cleaned_name(name: str, field: str) -> str:
    """``name`` as it is stored. Raises ``Incomplete``, at ``field``, for an invalid name."""
    try:
        return cells.name(name)
    except ValueError as expected:
        message = _("Expected: %s.") % expected
        raise Incomplete(message, {field: message}) from None
