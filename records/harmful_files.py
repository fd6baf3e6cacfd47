"""Harmful uploads: decompression bombs among pictures, PDF files with scripts or launch actions, Office files
that fetch something from elsewhere when they are opened."""

import re
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
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
FETCHED = re.compile(r".*/(attachedTemplate|oleObject|frame|subDocument|image)")
"""What Word and Excel fetch unasked: a template from elsewhere may bring macros, and any of them tells who opened the
file."""
LOCAL = re.compile(r"(file:///)?[A-Za-z]:[\\/]|/[^\\/]|[^:\\/]+(/|$)")
"""A template on the writer's own disk, or beside the file: ordinary, and nothing is fetched from a network."""
MOST_RELATIONS = MB
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


def refuse_fetching_package(package: ZipFile, name: str) -> None:
    """Raise ``Incomplete`` for a Word or Excel file with a template or object that lies on another host."""
    for part in package.infolist():
        if not part.filename.lower().endswith(".rels"):
            continue
        if part.file_size > MOST_RELATIONS:
            raise _refusal(name, _("The file is packed in a way that is not read here."))
        try:
            relations = fromstring(package.read(part))
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise _refusal(name, _("The file is damaged or incomplete.")) from None
        if any(_is_fetched(relation.attrib) for relation in relations.iter()):
            words = _("“%s” fetches a template or an object from elsewhere when it is opened. Please save it as PDF.")
            raise Incomplete(words % name)


def _is_fetched(relation: dict[str, str]) -> bool:
    outside = relation.get("TargetMode", "").strip().lower() == "external"
    fetched = outside and FETCHED.fullmatch(relation.get("Type", "").strip())
    return bool(fetched) and not LOCAL.match(relation.get("Target", "").strip())


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
