"""What a page must have so that people without scripts can do everything that others can (architecture §2)."""

from collections.abc import Iterator

from django.test.html import Element, parse_html

ASKING = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")


def needing_scripts(page: str) -> list[str]:
    """Forms that nothing sends or nobody accepts, and htmx requests that no form, link or reload makes too."""
    body = parse_html(page[page.index("<body") : page.index("</body>") + len("</body>")])
    inside = {id(one) for form in _below(body) if form.name == "form" for one in _below(form)}
    sent = {_of(one).get("form") for one in _below(body) if _sends(one)}
    faults = []
    for one in _below(body):
        has = _of(one)
        if one.name == "form" and has.get("id") not in sent - {None} and _filled_in(one) and not _sent(one):
            faults.append(f"nothing sends the form to {has.get('action')}")
        if one.name == "form" and has.get("method") == "post" and not _has_token(one):
            faults.append(f"without a CSRF token nobody accepts the form to {has.get('action')}")
        asks = [has[name] for name in ASKING if name in has]
        again = has.get("href") or has.get("hx-trigger", "").startswith("every")
        if asks and not again and one.name != "form" and id(one) not in inside:
            faults.append(f"only scripts ask {asks[0]}")
    return faults


def _of(element: Element) -> dict[str, str]:
    return dict(element.attributes)


def _below(element: Element) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            yield child
            yield from _below(child)


def _filled_in(form: Element) -> bool:
    """Something in it can be changed (what is over is shown in a form with all its fields disabled)."""
    fields = [_of(one) for one in _below(form) if one.name in ("input", "select", "textarea")]
    return any(field.get("type") != "hidden" and "disabled" not in field for field in fields)


def _has_token(form: Element) -> bool:
    return any(_of(one).get("name") == "csrfmiddlewaretoken" for one in _below(form))


def _sent(form: Element) -> bool:
    return any(map(_sends, _below(form)))


def _sends(element: Element) -> bool:
    kind = _of(element).get("type", "submit" if element.name == "button" else "")
    return element.name in ("button", "input") and kind in ("submit", "image")
