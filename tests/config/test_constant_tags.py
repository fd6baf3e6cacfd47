"""Texts in templates as Django renders them, worked out once a process and language."""

from datetime import date

import pytest
from django.template import Context, Template
from django.templatetags import i18n
from django.utils import translation

VALUES = {"n": 3, "points": "<b>&", "page": {"number": 1234.5}, "on": date(2026, 11, 28)}
TEXTS = [
    "{% translate 'Star' as h %}{{ h }}|{% translate 'Total' as h %}{{ h }}",
    "{% blocktranslate %}area {{ area }}: {{ points }} short{% endblocktranslate %}",
    "{% blocktranslate with area=page.number %}area {{ area }}: {{ points }} short{% endblocktranslate %}",
    "{% blocktranslate with points=points|upper %}{{ points }} short{% endblocktranslate %}{{ points }}",
    "{% blocktranslate trimmed with n=on %}100 % of\n  {{ n }} {% endblocktranslate %}",
    "{% blocktranslate count counter=n %}{{ counter }} application{% plural %}{{ counter }} applications"
    "{% endblocktranslate %}",
    "{% translate 'Star' %}{% language 'en' %}{% translate 'Star' %}{% endlanguage %}{% translate 'Star' %}",
    "{% autoescape off %}{% blocktranslate %}{{ points }} short{% endblocktranslate %}{% endautoescape %}",
]


def rendered(text: str, library: str) -> list[str]:
    template = Template(f"{{% load {library} %}}{text}")
    found = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            found.append(template.render(Context(VALUES)))
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_the_one_that_django_gives(text, monkeypatch):
    engine = Template("").engine
    monkeypatch.setitem(engine.template_libraries, "of_django", i18n.register)
    assert rendered(text, "i18n") == rendered(text, "of_django")
