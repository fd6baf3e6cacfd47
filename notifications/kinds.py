"""The kinds of notice and their texts. Each app registers its own in ``registrations.py``."""

from records.registry import KeyedRegistry

KINDS = KeyedRegistry[str, str]()


def register(**kinds: str) -> None:
    """``register(application_returned=_("%(unit)s: please correct %(count)s questions"))`` (lazy translations)."""
    KINDS.register(kinds)


def text_of(kind: str, params: dict) -> str:
    """The notice's text in the active language."""
    return str(KINDS[kind]) % params
