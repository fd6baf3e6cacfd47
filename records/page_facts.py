"""What does not change while a page is rendered, looked up once for it: for a page of fifty rows each look-up costs as
much as a value that it shows.

Kept with the context of the template, whose copies for included templates have it too.
"""

from django.conf import settings
from django.template import Context
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

AddressTable = tuple[str, str]


def language_of(context: Context) -> str | None:
    """The language in which the page is rendered."""
    kept = context.__dict__
    if "page_language" not in kept:
        kept["page_language"] = get_language()
    return kept["page_language"]


def forget_language(context: Context) -> None:
    """Where a part of the page is in another one."""
    context.__dict__.pop("page_language", None)


def address_table_of(context: Context) -> AddressTable:
    """Where addresses begin, and the table in which their names are found."""
    kept = context.__dict__
    if "address_table" not in kept:
        kept["address_table"] = address_table()
    return kept["address_table"]


def address_table() -> AddressTable:
    return get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF
