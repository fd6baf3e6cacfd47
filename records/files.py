"""Stored files: uploads are checked, hashed and stored under our own names; responses cannot run scripts.

Permission is checked by the page that serves a file; this module only stores and serves.
"""

import hashlib
import io
import re
import unicodedata
from pathlib import PurePath
from typing import Any

import filetype
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from records import harmful_files, near_pictures
from records.file_faults import found, keep_young, place
from records.models import StoredFile
from records.pictures import NoPicture, ReducedPicture
from records.refusals import Incomplete
from records.zip_packages import MB, Limits, PackageRefused, demand_true_sizes, open_package

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFD = "application/ofd"
ENDINGS = {
    "image/jpeg": {"jpg", "jpeg", "jfif"},
    "image/png": {"png"},
    "image/webp": {"webp"},
    "image/heic": {"heic", "heif"},
    "application/pdf": {"pdf"},
    "application/msword": {"doc", "wps"},
    "application/vnd.ms-excel": {"xls", "et"},
    WORD: {"docx"},
    EXCEL: {"xlsx"},
    OFD: {"ofd"},
}
"""Accepted media types, detected from the content, with the file extensions allowed for each."""

SHOWN_IN_BROWSER = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
NAMED_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL, "OFD.xml": OFD}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAMED_STREAMS = {"WordDocument": "application/msword", "Workbook": "application/vnd.ms-excel"}
MACRO_STREAM = "_VBA_PROJECT"
SEEN_AGAIN = 24 * 60 * 60
UNSEEN = {"Cc", "Cf"}
PACKAGE = Limits(size=150 * MB, ratio=100)


def store(upload: File, *, by: Any) -> StoredFile:
    """Store ``upload``. Raises ``Incomplete``: empty, too large, not an accepted type, or mislabelled.

    The same bytes are stored once, whoever uploads them; each upload has its own row.
    """
    name = clean_name(upload.name or "")
    if not upload.size:
        raise Incomplete(_("“%s” is empty.") % name)
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise Incomplete(
            _("“%(name)s” is too large: at most %(limit)s.")
            % {"name": name, "limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    content = upload.read()
    kind = kind_of(content, name)
    sha256 = hashlib.sha256(content).hexdigest()
    keep_young(sha256)
    if found(sha256) != (len(content), sha256):  # new, or the stored file is damaged
        default_storage.save(place(sha256), io.BytesIO(content))
    if kind.startswith("image/"):
        near_pictures.keep(sha256, content)
    return StoredFile.objects.create(name=name, sha256=sha256, size=len(content), kind=kind, uploaded_by=by)


def store_photo(upload: UploadedFile, *, by: Any) -> StoredFile:
    """``store`` for a picture. Raises ``Incomplete`` for any other file."""
    stored = store(upload, by=by)
    if not stored.is_picture:
        name = stored.name
        stored.delete()
        raise Incomplete(_("“%s” is not a photo.") % name)
    return stored


def store_strangers_photo(upload: UploadedFile) -> StoredFile:
    """``store_photo`` of somebody without an account, who may want to stay unknown: what is ever served of it is a copy
    without what the camera wrote into it (place, device, owner). Raises ``Incomplete`` where none can be made."""
    stored = store_photo(upload, by=None)
    try:
        ReducedPicture(stored, "screen").open().close()
    except NoPicture:
        stored.delete()
        raise Incomplete(_("“%s” cannot be opened as a photo.") % stored.name) from None
    return stored


def sha256_of(upload: UploadedFile) -> str:
    """The hash under which ``store`` would store it."""
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def clean_name(name: str) -> str:
    """The uploaded file's name without folders and invisible characters, at most 200 long, extension kept."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in UNSEEN).strip() or "file"
    ending = PurePath(name).suffix[:10]
    return name if len(name) <= 200 else name[: 200 - len(ending)] + ending


def kind_of(content: bytes, name: str) -> str:
    """The media type detected in ``content``. Raises ``Incomplete`` unless it is accepted and matches ``name``."""
    kind = _found(content, name)
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in ENDINGS:
        raise Incomplete(
            _("“%s” cannot be accepted. Please send a photo (JPG, PNG, HEIC), PDF, OFD, Word or Excel.") % name
        )
    if ending not in ENDINGS[kind]:
        raise Incomplete(
            _("The content of “%(name)s” does not match its name: it is %(kind)s. Please send the original.")
            % {"name": name, "kind": sorted(ENDINGS[kind])[0].upper()}
        )
    return kind


def _found(content: bytes, name: str) -> str | None:
    if content.startswith(b"PK"):
        return _in_package(content, name)
    if content.startswith(OLE):
        return _in_compound_file(content, name)
    kind = filetype.guess_mime(content)
    if (kind or "").startswith("image/"):
        harmful_files.refuse_large_picture(content, name)
    elif kind == "application/pdf":
        harmful_files.refuse_active_pdf(content, name)
    return kind


def _in_package(content: bytes, name: str) -> str | None:
    """The media type of a zip package, from its characteristic part."""
    try:
        package = open_package(io.BytesIO(content), PACKAGE)
        demand_true_sizes(package)
        parts = set(package.namelist())
    except PackageRefused as refused:
        raise Incomplete(_("“%(name)s” cannot be accepted. %(why)s") % {"name": name, "why": refused}) from refused
    if any(PurePath(part).name.lower() == "vbaproject.bin" for part in parts):
        _refuse_macros(name)
    harmful_files.refuse_fetching_package(package, name)
    return next((kind for part, kind in NAMED_PARTS.items() if part in parts), None)


def _in_compound_file(content: bytes, name: str) -> str | None:
    """The media type of an Office file from before 2007, from the names in its directory (UTF-16)."""
    if MACRO_STREAM.encode("utf-16-le") in content:
        _refuse_macros(name)
    return next((kind for stream, kind in NAMED_STREAMS.items() if stream.encode("utf-16-le") in content), None)


def _refuse_macros(name: str) -> None:
    raise Incomplete(
        _("“%s” contains macros, which can run by themselves. Please save it without macros or as PDF.") % name
    )


def serve(stored: StoredFile, size: str = "") -> FileResponse:
    """The file as a safe response: pictures and PDF are shown, everything else is a download.

    ``size``: "small" for the thumbnail of a picture, "screen" for a version that every browser can show (HEIC as
    JPEG); 404 if it cannot be made. PDF gets no sandbox, because Chromium's viewer does not start in one; the content
    security policy still lets it load nothing. A stranger's photo is served as these versions alone.
    """
    shown = stored.kind in SHOWN_IN_BROWSER
    strangers = stored.is_picture and stored.uploaded_by_id is None
    if size == "small" or strangers or (size == "screen" and not shown):
        response = _picture(stored, "small" if size == "small" else "screen")
    else:
        response = FileResponse(
            default_storage.open(place(stored.sha256)),
            as_attachment=not shown,
            filename=stored.name,
            content_type=stored.kind if shown else "application/octet-stream",
        )
        response["Cache-Control"] = "private, no-store"
    sandbox = "" if response["Content-Type"] == "application/pdf" else "sandbox; "
    response["Content-Security-Policy"] = f"{sandbox}default-src 'none'; frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _picture(stored: StoredFile, size: str) -> FileResponse:
    """Cached privately for a while: pages show many thumbnails at once, repeatedly."""
    try:
        picture = ReducedPicture(stored, size).open()
    except NoPicture:
        raise Http404 from None
    name = f"{PurePath(stored.name).stem}.jpg" if stored.uploaded_by_id else "photo.jpg"
    response = FileResponse(picture, filename=name, content_type="image/jpeg")
    response["Cache-Control"] = f"private, max-age={SEEN_AGAIN}"
    return response
