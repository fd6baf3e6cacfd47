"""The Chinese catalogue is complete: no text without its translation, no placeholder lost."""

from babel.messages.pofile import read_po
from django.conf import settings


def test_every_text_has_its_chinese():
    with (settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    assert len(catalogue) > 1000
    assert [
        m.id for m in catalogue if m.id and (m.fuzzy or not all([m.string] if isinstance(m.string, str) else m.string))
    ] == []
    assert [(m.id, str(error)) for m, errors in catalogue.check() for error in errors] == []
