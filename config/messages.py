"""``python -m config.messages``: the Chinese catalogue from its parts, compiled without gettext's own tools."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config.services import BASE_DIR

PARTS = BASE_DIR / "locale/parts"
CATALOGUE = BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po"


def main() -> None:
    parts = sorted(PARTS.glob("*.po"))
    if parts:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, merged(parts), width=120, sort_output=True)
    if CATALOGUE.exists():
        with CATALOGUE.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(CATALOGUE))


def merged(parts: list[Path]) -> Catalog:
    """One catalogue of all ``parts``; of a text that stands in several, the first translation."""
    whole = Catalog(locale="zh_Hans", project="pingxing", header_comment="# 评星晋级", charset="utf-8", fuzzy=False)
    for part in parts:
        for message in read(part):
            if message.id and message.string and not whole.get(message.id, message.context):
                whole.add(message.id, message.string, flags=message.flags, context=message.context)
    return whole


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", charset="utf-8")


if __name__ == "__main__":
    main()
