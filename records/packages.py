"""Zip packages (Excel, Word, OFD) that came from outside: looked at before anything in them is unpacked."""

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
    """What a package may unpack to. ``ratio`` counts beyond ``small`` bytes: a few empty lines pack well."""

    size: int
    ratio: int
    small: int = 10 * MB
    parts: int = 5_000


class PackageRefused(Refused):
    """A package that is broken, locked, or too large once it is unpacked."""


def open_package(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """The package in ``file``. Raises ``PackageRefused``. No part gives more bytes than the package's folder says."""
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
    """Raise ``PackageRefused`` where a part is not what the folder says: other readers may not keep to the folder."""
    try:
        broken = package.testzip()
    except (zlib.error, zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as wrong:
        raise PackageRefused(_("The file is damaged or incomplete.")) from wrong
    if broken is not None:
        raise PackageRefused(_("The file is damaged or incomplete."))
