"""The components of the pages as template tags: ``{% load face %}``. docs/pages.md shows each with an example.

A component is a template in ``templates/components/``, whose first comment names its parameters; the small ones that
need no logic are used with ``{% include "components/x.html" with … only %}``, the others through the tags here.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import Form
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import deputies, office_contacts
from accounts.menu_rows import MenuItem
from records import deadlines
from records.page_facts import language_of

register = template.Library()

STAR_NAMES = (
    _("No star"),
    _("One star"),
    _("Two stars"),
    _("Three stars"),
    _("Four stars"),
    _("Five stars"),
    _("Six stars"),
    _("Seven stars"),
    _("Eight stars"),
)


@register.filter
def star_name(star: int | None) -> str:
    """0 … 8 in words; None means no decision yet."""
    return gettext("Not rated yet") if star is None else str(STAR_NAMES[star])


@register.filter
def points_text(value: Decimal | None) -> str:
    """Points as they are displayed: two decimals, half up (formats §1)."""
    if value is None:
        return "—"
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


@register.filter
def right(heading: str) -> str:
    """Marks a heading of ``cards_table`` as a numeric column."""
    return f"#{heading}"


@register.simple_tag(takes_context=True)
def whom_to_call(context: template.Context) -> list[office_contacts.Contact]:
    """The office that appoints the reader; for anonymous readers, the leading offices."""
    user = context["request"].user
    return office_contacts.whom_to_call(user) if user.is_authenticated else office_contacts.public_contacts()


@register.simple_tag
def signed(person: Any, verb: str, unit: str, at: Any) -> str:
    """``{% signed draw.by "draw" draw.panel.unit_id draw.at %}``: ``signature`` of one act; one query."""
    done = deputies.authorized_act(person.pk, verb, unit, at) if person else None
    return deputies.signature(person, done in deputies.by_deputies([done])) if person else ""


@register.simple_tag
def platform() -> str:
    """The name of the account platform for signing in; empty when there is none."""
    return settings.OIDC_NAME if settings.OIDC_SERVER else ""


@register.simple_tag
def signature(person: Any, as_deputy: bool) -> str:
    """``{% signature step.by step.as_deputy %}``: the name beside an act, marked for a deputy (代)."""
    return deputies.signature(person, as_deputy)


@register.simple_tag
def demo() -> bool:
    """Whether this is the demonstration (architecture §4)."""
    return settings.DEMO


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | datetime | None) -> SafeString:
    """``{% day event.on %}``: the day in words, for programs too; nothing without one."""
    on = timezone.localdate(value) if isinstance(value, datetime) else value
    return _day(on, language_of(context)) if on else SafeString("")


@lru_cache(4096)
def _day(on: date, _language: str | None) -> SafeString:
    """A list has fifty, and most of them are few different ones."""
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), date_format(on, "DATE_FORMAT"))


@register.filter
def short_day(value: date | datetime | None) -> str:
    """``{{ todo.since|short_day }}``: month and day, with the year unless it is the present one."""
    return deadlines.short_day(value) if value else ""


@register.simple_tag(takes_context=True)
def stars(context: Context, n: int | None, of: int = 5, big: bool = False) -> SafeString:
    """``{% stars 3 %}``: the stars drawn, with their word."""
    return _stars(n, of, big, language_of(context))


@cache
def _stars(n: int | None, of: int, big: bool, _language: str | None) -> SafeString:
    """There are few different ones, and a list has fifty."""
    return render_to_string("components/stars.html", {"n": n or 0, "of": of, "big": big, "name": star_name(n)})


@register.simple_tag(takes_context=True)
def menu_item(context: Context, item: MenuItem, show_zero: bool = False) -> SafeString:
    """``{% menu_item item %}``: a link of the menu, with the number of to-dos behind it."""
    return _menu_item(replace(item, label=str(item.label), note=""), show_zero, language_of(context))


@lru_cache(2048)
def _menu_item(item: MenuItem, show_zero: bool, _language: str | None) -> SafeString:
    """A page shows a dozen, and nearly always the same."""
    return render_to_string("shell/menu_item.html", {"item": item, "show_zero": show_zero})


@register.inclusion_tag("components/points.html")
def points(value: Decimal | None, most: Decimal | None = None, big: bool = False, note: str = "") -> dict[str, Any]:
    """``{% points 4.5 6 %}``: points out of a maximum; None means not given yet."""
    return {"value": value, "most": most, "big": big, "note": note}


@register.simple_block_tag
def card(content: SafeString, title: str = "", id: str = "card", note: str = "") -> SafeString:
    """``{% card title id="star" %}…{% endcard %}``"""
    return render_to_string("components/card.html", {"content": content, "title": title, "id": id, "note": note})


@register.simple_block_tag
def section(content: SafeString, title: str, id: str, note: str = "") -> SafeString:
    """``{% section title id="list" note="3" %}…{% endsection %}``: a part of a page under its heading."""
    return render_to_string("components/section.html", {"content": content, "title": title, "id": id, "note": note})


@register.simple_block_tag
def banner(content: SafeString, kind: str = "", title: str = "") -> SafeString:
    """``{% banner "bad" title %}…{% endbanner %}``; kind: good, wait, bad or nothing."""
    return render_to_string("components/banner.html", {"content": content, "kind": kind, "title": title})


@register.simple_block_tag
def part(content: SafeString, title: str, id: str, whole: bool = False) -> SafeString:
    """``{% part title id="money" %}…{% endpart %}``: a part that begins folded on a phone; in print never, and with
    ``whole`` on one page."""
    return render_to_string("components/part.html", {"content": content, "title": title, "id": id, "whole": whole})


@register.simple_block_tag
def cards_table(content: SafeString, caption: str, *headings: str) -> SafeString:
    """``{% cards_table caption "Name" "Role" %}<tr role="row">…{% endcards_table %}``: a table, cards on a phone.

    Its rows carry explicit roles, because ``display: block`` takes away a table's meaning: ``<tr role="row"><th
    role="rowheader" scope="row">…</th><td role="cell" data-label="Role"><span>…</span></td></tr>`` A numeric column:
    ``{% translate "Total" as total %}`` and then ``total|right``.
    """
    columns = [{"name": heading.lstrip("#"), "number": heading.startswith("#")} for heading in map(str, headings)]
    return render_to_string("components/cards_table.html", {"content": content, "caption": caption, "columns": columns})


@register.simple_block_tag(takes_context=True)
def send_sheet(
    context: Context, content: SafeString, form: Form, download: str = "", empty: str = "", action: str = ""
) -> SafeString:
    """``{% send_sheet form _("Download the sheet: …") empty %}<li>how it is filled in</li>{% endsend_sheet %}``: the
    steps around a sheet, and the form that takes it back."""
    parts = {"content": content, "form": form, "download": download, "empty": empty, "action": action}
    return render_to_string("components/send_sheet.html", parts | {"csrf_token": context["csrf_token"]})


@register.simple_block_tag
def release(content: SafeString, title: str, note: str = "") -> SafeString:
    """``{% release title note %}<button …>{% endrelease %}``: the bar of the last step, which explains what it
    will do."""
    return render_to_string("components/release.html", {"content": content, "title": title, "note": note})
