"""How large a picture may be, and how large one is: only its head is read, HEIC as any other."""

import io
import struct
import warnings

import pillow_heif
from PIL import Image, UnidentifiedImageError

MOST_TAKEN = 200_000_000
"""Pixels of a picture that comes in: the finest cameras of telephones; a browser needs four bytes for each."""
MOST_REDUCED = 64_000_000
"""Pixels of a picture that is made smaller here: to decode more takes hundreds of megabytes."""
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def pixels(content: bytes) -> int:
    """How many pixels it has; 0 for what no reader opens."""
    if content.startswith(PNG) and len(content) >= len(PNG) + 8:  # whatever follows: browsers show damaged ones too
        width, height = struct.unpack_from(">II", content, len(PNG))
        return width * height
    try:
        with warnings.catch_warnings(action="ignore"), opened(content) as picture:
            return picture.width * picture.height
    except Image.DecompressionBombError:
        return MOST_TAKEN + 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return 0


def opened(content: bytes) -> Image.Image:
    """The picture, not decoded yet."""
    if pillow_heif.is_supported(content[:32]):
        return pillow_heif.HeifImageFile(io.BytesIO(content))
    return Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
