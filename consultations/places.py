"""The places of a draft that people comment on, and which of them differ between two bodies; pure.

A place is named ``c-1.2`` (the criterion of that code, with its variants), ``areas``, ``head``, ``stars``, ``vetoes``
or ``events``; "" is the draft as a whole.
"""

from typing import Any

from django.utils.translation import gettext as _

from ratings.scheme.drafting import HEAD, LISTS, Body

CRITERION = "c-"
LONGEST = 200


def titles(body: Body) -> dict[str, str]:
    """Every place of ``body`` with its name, in the order of the page; the whole first."""
    found = {"": _("The draft as a whole")}
    for area in body["areas"]:
        for one in area["criteria"]:
            found.setdefault(f"{CRITERION}{one['code']}", f"{one['code']} {one['name']}"[:LONGEST])
    return found | {name: title for name, title in _parts().items() if name in _contents(body)}


def changed(before: Body, after: Body) -> dict[str, str]:
    """The places that differ, with their names; what is gone is named as it was."""
    old, new = _contents(before), _contents(after)
    names = titles(before) | titles(after)
    found = {name: names[name] for name in {**new, **old} if old.get(name) != new.get(name)}
    if not found and before != after:  # only the order
        return {"areas": names["areas"]}
    return found


def _parts() -> dict[str, str]:
    return {
        "areas": _("Areas"),
        "head": _("The scheme as a whole"),
        "stars": _("Star lines"),
        "vetoes": _("Vetoes"),
        "events": _("Events"),
    }


def _contents(body: Body) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for area in body["areas"]:
        for one in area["criteria"]:
            found.setdefault(f"{CRITERION}{one['code']}", []).append((area["code"], one))
    found["areas"] = [{key: value for key, value in area.items() if key != "criteria"} for area in body["areas"]]
    found["head"] = {key: body[key] for key in HEAD if key in body}
    for name, keys in LISTS.items():
        found[name] = {key: body.get(key, []) for key in keys}
    return found
