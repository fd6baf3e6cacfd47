"""Harmful uploads: decompression bombs among pictures, PDF files with scripts or launch actions."""

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from records.picture_sizes import MOST_TAKEN, pixels
from records.refusals import Incomplete
from records.zip_packages import MB

ACTIVE = re.compile(rb"/(JavaScript|Launch)\b|/XFA\s*(\[|\d+\s+\d+\s+R)")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
NOT_READ = re.compile(
    rb"/(?:ASCIIHex|ASCII85|LZW|RunLength)Decode|/Filter\s*\d|/Predictor\s*(?:2|1\d)|/FlateDecode.*/FlateDecode",
    re.DOTALL,
)
"""Filters that ordinary programs never use for the objects of a PDF, which are read here."""
ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R\b|<<)")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
MOST_UNPACKED = 50 * MB


def refuse_large_picture(content: bytes, name: str) -> None:
    """Raise ``Incomplete`` for a picture of more than ``MOST_TAKEN`` pixels; only its header is read."""
    if pixels(content) > MOST_TAKEN:
        raise Incomplete(_("“%s” has too many pixels. Please send it smaller.") % name)


def refuse_active_pdf(content: bytes, name: str) -> None:
    """Raise ``Incomplete`` for a PDF file with scripts or launch actions, and for an encrypted one."""
    if ENCRYPTED.search(_plain(content)):
        raise Incomplete(_("“%s” is encrypted, so it cannot be checked. Please print it to a new PDF.") % name)
    for part in _parts(content, name):
        if ACTIVE.search(_plain(part)):
            raise Incomplete(
                _("“%s” contains scripts, which can run by themselves. Please print it to a new PDF.") % name
            )


def _parts(content: bytes, name: str) -> Iterator[bytes]:
    """The raw file, and its compressed objects unpacked."""
    yield content
    left, end = MOST_UNPACKED, 0
    for found in STREAM.finditer(content):
        about, end = _plain(content[end : found.start()]), found.end()
        if not re.search(rb"/ObjStm\b", about):
            continue
        if NOT_READ.search(about):
            raise _refusal(name, _("The file is packed in a way that is not read here."))
        try:
            objects = zlib.decompressobj().decompress(content[end:], left)
        except zlib.error:
            continue
        left -= len(objects)
        if left <= 0:
            raise _refusal(name, _("The file unpacks to many times its size."))
        yield objects


def _plain(part: bytes) -> bytes:
    """Decode escaped names: #4a is J."""
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), part)


def _refusal(name: str, why: str) -> Incomplete:
    return Incomplete(_("“%(name)s” cannot be accepted. %(why)s") % {"name": name, "why": why})
