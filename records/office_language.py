"""The language of the offices: what is kept is written in it, whoever caused it."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _


def in_chinese(words: str) -> str:
    """``words`` (marked for translation where they stand) as the offices read them."""
    with translation.override(settings.LANGUAGE_CODE):
        return _(words)
