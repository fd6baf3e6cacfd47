"""The list of addresses (``tests/route_permissions``) is complete, and what looks at their pages sees."""

from collections import Counter
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.reference_forms import needing_scripts
from tests.route_permissions import DOORS


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_has_its_door():
    named = Counter(map(str, routes(get_resolver().url_patterns)))
    doors = Counter(list(DOORS))
    assert named - doors == {}, "each name once: say in tests/route_permissions/pages.py or api.py who may open it"
    assert doors - named == {}, "remove what is gone from tests/route_permissions"


def test_a_form_that_needs_scripts_is_noticed():
    dead = '<body><form action="/a/"><input name="b"><button type="button">c</button></form><p hx-get="/d/"></p></body>'
    assert needing_scripts(dead) == ["nothing sends the form to /a/", "only scripts ask /d/"]
    refused = '<body><form method="post" action="/a/"><button>c</button></form></body>'
    assert needing_scripts(refused) == ["without a CSRF token nobody accepts the form to /a/"]
