"""The refusals of the calculations, in words for people."""

from django.utils.translation import gettext as _

from incentives.allocation_rule import OutOfLimits
from incentives.money import yuan


def out_of_limits(error: OutOfLimits) -> str:
    """Why the limits of an allocation cannot be met, and by how much."""
    if error.excess:
        return _("The minimum amounts exceed the budget by %(amount)s yuan.") % {"amount": yuan(error.excess)}
    return _("The maximum amounts fall short of the budget by %(amount)s yuan.") % {"amount": yuan(error.shortfall)}
