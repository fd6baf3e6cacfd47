"""Files that would harm whoever opens them: pictures that fill the memory, PDF files that run something."""

import io
import re
import warnings
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from records.packages import MB
from records.refusals import Incomplete

MOST_PIXELS = 200_000_000
"""The finest cameras of telephones; a browser needs four bytes for each."""
ACTIVE = re.compile(rb"/(JavaScript|Launch)\b|/XFA\s*(\[|\d+\s+\d+\s+R)")
OBJECTS = re.compile(rb"/ObjStm\b[^>]*>>\s*stream\r?\n")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
MOST_UNPACKED = 50 * MB


def refuse_large_picture(content: bytes, name: str) -> None:
    """Raise ``Incomplete`` for a picture of more than ``MOST_PIXELS``; only its head is read."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except Image.DecompressionBombError:
        width, height = MOST_PIXELS, 2
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return  # no reader opens it either
    if width * height > MOST_PIXELS:
        raise Incomplete(_("“%s” has too many pixels. Please send it smaller.") % name)


def refuse_active_pdf(content: bytes, name: str) -> None:
    """Raise ``Incomplete`` for a PDF file with scripts or programs to start."""
    for part in _parts(content, name):
        if ACTIVE.search(_HEX.sub(lambda found: bytes([int(found[1], 16)]), part)):
            raise Incomplete(_("“%s” holds scripts, which can run by themselves. Please print it to a new PDF.") % name)


def _parts(content: bytes, name: str) -> Iterator[bytes]:
    """The file as it stands, and the objects that it keeps compressed."""
    yield content
    left = MOST_UNPACKED
    for found in OBJECTS.finditer(content):
        try:
            objects = zlib.decompressobj().decompress(content[found.end() :], left)
        except zlib.error:
            continue
        left -= len(objects)
        if left <= 0:
            why = _("The file unpacks to many times its size.")
            raise Incomplete(_("“%(name)s” cannot be taken. %(why)s") % {"name": name, "why": why})
        yield objects
