"""``{% load schemes %}``: links from an item, a score or points to the criterion."""

from django import template

from ratings.presenters.scheme_page import criterion_address

register = template.Library()
register.simple_tag(criterion_address)
