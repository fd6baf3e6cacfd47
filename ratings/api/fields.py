"""API fields that several apps share."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from ratings.models import FIGURE_DIGITS
from records.cells import PLACES, rounded


class FigureField(serializers.DecimalField):
    """A figure: more than 10 decimals are rounded half up to 10, as everywhere (formats §1)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=FIGURE_DIGITS, decimal_places=PLACES, normalize_output=True, **options)

    def validate_precision(self, value: Decimal) -> Decimal:
        return super().validate_precision(rounded(value, PLACES))
