"""Effects in words on pages: ``{% load register %}``."""

from django import template

from ratings.events.effects import effect_words, proposal_words

register = template.Library()
register.filter("effect", effect_words)
register.filter("proposed", proposal_words)
