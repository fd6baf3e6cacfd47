"""Derived pictures: thumbnails, and HEIC photos as JPEG. The originals are never changed.

Each is made at the first request and stored beside the originals under their hash. A picture of which more than
``MOST_REDUCED`` pixels would have to be decoded is not.
"""

import io
import warnings
from dataclasses import dataclass

from django.core.files import File
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from records.file_faults import place
from records.models import StoredFile
from records.picture_sizes import MOST_REDUCED, opened

SIDE = {"small": 224, "screen": 2400}
"""Pixels of the longer side: of a thumbnail on a high-density screen, of a photo on screen."""
QUALITY = 82
MADE = 2
"""Counted up when pictures are made in another way: those made before stay where they are, unused. 2: without the
comment of the original."""


class NoPicture(Exception):
    """This file cannot be converted to a picture."""


@dataclass(frozen=True)
class ReducedPicture:
    stored: StoredFile
    size: str

    @property
    def _place(self) -> str:
        return f"{self.size}/{MADE}/{place(self.stored.sha256)}.jpg"

    def open(self) -> File:
        """The picture as JPEG. Raises ``NoPicture``."""
        if not default_storage.exists(self._place):
            default_storage.save(self._place, io.BytesIO(self._made()))
        return default_storage.open(self._place)

    def _made(self) -> bytes:
        if not self.stored.is_picture:
            raise NoPicture
        with default_storage.open(place(self.stored.sha256)) as file:
            try:
                return reduced(file.read(), SIDE[self.size])
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as unreadable:
                raise NoPicture from unreadable


def reduced(content: bytes, side: int) -> bytes:
    """A picture as JPEG, upright, at most ``side`` long, without metadata (place, owner)."""
    with warnings.catch_warnings(action="ignore"), opened(content) as picture:
        picture.draft("RGB", (side, side))  # a JPEG photo is decoded at a fraction of its size
        if picture.width * picture.height > MOST_REDUCED:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side))
        made = io.BytesIO()
        _on_white(upright).save(made, "JPEG", quality=QUALITY, optimize=True, comment=b"")
    return made.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, which JPEG does not have."""
    if picture.mode in ("RGB", "L"):
        return picture
    picture = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
