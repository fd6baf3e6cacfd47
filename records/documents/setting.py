"""Typesetting PDFs with typst, offline, with the wheel's fonts only, never the system's."""

import io
import json
import logging
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from records.documents.blocks import Block

log = logging.getLogger(__name__)

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "documents"
UNSET = set("\t\n\r")


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """``templates/documents/{template}.typ`` set with ``data`` (JSON: strings, numbers, lists, mappings).

    A character that the fonts lack is written as ‹U+20BB7› instead of an empty box, and logged.
    """
    given = _printable(dict(data) | {"lang": get_language() or "", "demo": _demonstration()})
    compiler = typst.Compiler(
        str(TEMPLATES / f"{template}.typ"), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True
    )
    return compiler.compile(format="pdf", sys_inputs={"data": json.dumps(given, ensure_ascii=False)})


def document(title: str, blocks: Iterable[Block], *, place: str = "", code: str = "") -> bytes:
    """An official A4 paper: ``title``, ``place``, ``blocks``; in the footer page, date and check ``code``."""
    foot = [
        _("Printed on %s") % date_format(timezone.localtime(), "DATETIME_FORMAT"),
        _("Check code %s") % code if code else "",
    ]
    return pdf(
        "document",
        {
            "title": title,
            "place": place,
            "blocks": [block.as_data() for block in blocks],
            "foot": " · ".join(filter(None, foot)),
        },
    )


def qr(text: str) -> str:
    """``text`` (a URL) as a QR code in SVG, for documents and pages."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, scale=4)
    return out.getvalue().decode()


def _demonstration() -> str:
    return _("Demonstration data, unrelated to reality") if settings.DEMO else ""


@cache
def _folder() -> Path:
    # The font package warns when it is imported; only its folder is needed.
    return Path(find_spec("pylopdf_fonts_zh_cn").submodule_search_locations[0])


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_folder())])


@cache
def _glyphs() -> frozenset[str]:
    codes = TTFont(_folder() / "NotoSansSC-Regular.otf", lazy=True).getBestCmap()
    return frozenset(map(chr, codes)) | UNSET


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        if value.startswith("<?xml") or set(value) <= _glyphs():
            return value
        log.warning("characters without a glyph: %s", " ".join(sorted(set(value) - _glyphs())))
        return "".join(c if c in _glyphs() else f"‹U+{ord(c):04X}›" for c in value)
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value
