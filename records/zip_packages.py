"""Uploaded zip packages (Excel, Word, OFD), checked before anything in them is unpacked (zip bombs)."""

import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from records.refusals import Refused

MB = 1024 * 1024
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1


@dataclass(frozen=True)
class Limits:
    """Limits on unpacking. ``ratio`` applies beyond ``small`` bytes, because a few empty lines compress well."""

    size: int
    ratio: int
    small: int = 10 * MB
    parts: int = 5_000


class PackageRefused(Refused):
    """A package that is broken, encrypted, or too large when unpacked."""


def open_package(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """The package in ``file``. Raises ``PackageRefused``. No part yields more bytes than its directory entry says."""
    try:
        package = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError) as wrong:
        raise PackageRefused(_("The file is damaged or incomplete.")) from wrong
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > limits.parts or unpacked > limits.size:
        raise PackageRefused(_("Unpacked, the file is larger than %d MB.") % (limits.size // MB))
    if unpacked > limits.small and unpacked > limits.ratio * max(packed, 1):
        raise PackageRefused(_("The file unpacks to many times its size."))
    if len({part.filename for part in parts}) < len(parts):
        raise PackageRefused(_("The file is damaged or incomplete."))
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise PackageRefused(_("The file is protected by a password."))
    if any(part.compress_type not in PACKED for part in parts):
        raise PackageRefused(_("The file is packed in a way that is not read here."))
    return package


def demand_true_sizes(package: zipfile.ZipFile) -> None:
    """Raise ``PackageRefused`` if a part differs from its directory entry: other readers may not rely on the entry."""
    try:
        broken = package.testzip()
    except (zlib.error, zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as wrong:
        raise PackageRefused(_("The file is damaged or incomplete.")) from wrong
    if broken is not None:
        raise PackageRefused(_("The file is damaged or incomplete."))
