"""``{% load money %}{{ amount|yuan }}``: formats money for reading."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def yuan(amount: Decimal | None) -> str:
    """1234567.5 → 1,234,567.50; nothing → —"""
    return "—" if amount is None else f"{amount:,.2f}"
