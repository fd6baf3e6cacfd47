"""``{% load schemes %}``: from a question, a score or a point one press to its criterion."""

from django import template

from ratings.presenters.scheme_page import criterion_address

register = template.Library()
register.simple_tag(criterion_address)
