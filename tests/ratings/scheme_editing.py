"""The form of a part of a draft scheme, and what stands in the draft."""

import re
from html import unescape

from django.urls import reverse

from ratings.workflow import scheme_drafts


def shown(response) -> dict[str, str]:
    """The fields of the form of a part with what stands in them, as a writer would send them."""
    form = re.search(r"<form class=\"form craft\".*?</form>", response.content.decode(), re.DOTALL)[0]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form):
        has = dict(re.findall(r'([\w-]+)="(.*?)"', tag))
        if "name" in has and (has.get("type") != "checkbox" or " checked" in tag):
            fields[has["name"]] = unescape(has.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="(.*?)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields[name] = unescape(re.search(r'value="([^"]*)" selected', options)[1])
    return fields


def part_address(scheme, name):
    return reverse("scheme_part", args=[scheme.pk, name])


def body_of(scheme) -> dict:
    return scheme_drafts.written(scheme)[0]
