"""``{% include_kept "ratings/register/row.html" row=row %}``: rendered once a process for equal values.

A row of a list is the same for each of its readers and from one visit to the next; to render one costs many times more
than to look it up. As with ``{% include … only %}`` the template gets its values and nothing else, neither request nor
reader: what is kept depends on these values alone. Hence it asks nothing of the database or the clock; and the values
are texts, numbers, days, and tuples of these, of which equal ones look alike in each language. (Points are given as
texts: 4.5 equals 4.50.)
"""

from collections.abc import Hashable
from functools import lru_cache

from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from records.page_facts import AddressTable, address_table_of, language_of

MOST = 8192
"""Of about a kilobyte each."""
register = Library()


@register.simple_tag(takes_context=True)
def include_kept(context: Context, template: str, **values: Hashable) -> SafeString:
    return _rendered(template, tuple(values.items()), language_of(context), address_table_of(context))


@lru_cache(MOST)
def _rendered(
    template: str, values: tuple[tuple[str, Hashable], ...], _language: str | None, _table: AddressTable
) -> SafeString:
    return render_to_string(template, dict(values))
