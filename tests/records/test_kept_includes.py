"""``{% include_kept %}``: as an include gives it, in each language."""

import pytest
from django.template import Context, Template
from django.utils import translation

KEPT = Template('{% include_kept "ratings/register/effects.html" effects=effects %}')
OWN = Template('{% include "ratings/register/effects.html" with effects=effects only %}')


@pytest.mark.parametrize("effects", [(), ("cap:3",), ("warn", "lower:1")])
def test_each_value_is_given_as_by_an_include_in_each_language(effects):
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            kept, own = (page.render(Context({"effects": effects, "text": "theirs"})) for page in (KEPT, OWN))
        assert kept == own
