"""``{% load money %}{{ amount|yuan }}``: formats money for reading."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def yuan(amount: Decimal | None) -> str:
    """1234567.5 → 1,234,567.50; nothing → —"""
    return "—" if amount is None else f"{amount:,.2f}"


@register.filter
def ten_thousands(amount: Decimal) -> str:
    """An amount in units of 10,000 yuan, short enough to stand under the bar of a month."""
    return f"{amount / 10_000:,.{0 if abs(amount) >= 1_000_000 else 1}f}"
