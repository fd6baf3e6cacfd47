"""The refusals of the calculations, in words for people."""

from django.utils.translation import gettext as _

from incentives.allocation_rule import OutOfLimits
from incentives.money import yuan as from_fen
from incentives.templatetags.money import yuan


def out_of_limits(error: OutOfLimits) -> str:
    """Why the limits of an allocation cannot be met, and by how much."""
    if error.excess:
        words = _("The minimum amounts exceed the budget by %(amount)s yuan.")
    else:
        words = _("The maximum amounts fall short of the budget by %(amount)s yuan.")
    return words % {"amount": yuan(from_fen(error.excess or error.shortfall))}
