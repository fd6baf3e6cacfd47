"""What a picture looks like, in 128 bits: the same photo scaled, compressed again or stripped of its metadata has
nearly the same bits, so that it is found again although its bytes are others.

The difference hash (dhash) of the grey picture: whether each point is lighter than its neighbour, 64 bits across and 64
down. Two pictures are near when at most ``MOST_BITS`` differ. Each hash is also kept as eight parts of 16 bits, under
an index: near pictures have at least ``PARTS - MOST_BITS`` parts in common, so that a new picture is compared with
those that share a part, never with all. Parts whose bits are all alike are common to many pictures and left out; a
picture with more than ``MOST_PLAIN`` of them says too little to be compared: a blank page, a night sky.
"""

import warnings
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from PIL import Image, ImageOps

from records.picture_sizes import MOST_REDUCED, opened

SIDE = 8
PARTS, PART_BITS = 8, 16
MOST_BITS = 4
MOST_PLAIN = PARTS - MOST_BITS - 1
PLAIN = (0, (1 << PART_BITS) - 1)


class PictureHash(models.Model):
    """``across`` and ``down``: the bits as signed numbers; None where the picture cannot be read. ``parts``: position
    and bits of each part in one number; empty where it is not compared. ``compared``: with all that were there."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    across = models.BigIntegerField(null=True)
    down = models.BigIntegerField(null=True)
    parts = ArrayField(models.IntegerField(), default=list)
    compared = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            GinIndex(fields=["parts"], name="picture_by_part"),
            models.Index(fields=["sha256"], condition=models.Q(compared=False), name="picture_to_compare"),
        ]

    def __str__(self) -> str:
        return self.sha256

    @classmethod
    def of(cls, sha256: str, content: bytes) -> "PictureHash":
        """What the picture with these bytes looks like, not saved."""
        found = hash_of(content)
        if found is None:
            return cls(sha256=sha256)
        across, down = found
        return cls(sha256=sha256, across=_signed(across), down=_signed(down), parts=_parts(across, down))


class NearPicture(models.Model):
    """Two pictures that look alike; ``first`` is the smaller of the two hashes, ``bits`` how many differ."""

    first = models.CharField(max_length=64)
    second = models.CharField(max_length=64, db_index=True)
    bits = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="near_pictures_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="near_pictures_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first[:8]} {self.second[:8]} {self.bits}"


def hash_of(content: bytes) -> tuple[int, int] | None:
    """The 64 bits across and down; None for what cannot be decoded or is too large to be."""
    try:
        with warnings.catch_warnings(action="ignore"), opened(content) as picture:
            if picture.width * picture.height > MOST_REDUCED:
                return None
            picture.draft("L", (SIDE * 32, SIDE * 32))
            grey = ImageOps.exif_transpose(picture).convert("L")
            return _bits(grey, SIDE + 1, SIDE), _bits(grey.transpose(Image.Transpose.TRANSPOSE), SIDE + 1, SIDE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _bits(grey: Image.Image, width: int, height: int) -> int:
    points = grey.resize((width, height), Image.Resampling.BOX).tobytes()
    rows = [points[start : start + width] for start in range(0, len(points), width)]
    bits = "".join("1" if left < right else "0" for row in rows for left, right in pairwise(row))
    return int(bits, 2)


def _signed(bits: int) -> int:
    """As PostgreSQL keeps 64 bits."""
    return bits if bits < 1 << 63 else bits - (1 << 64)


def _parts(across: int, down: int) -> list[int]:
    both = across << 64 | down
    mask = (1 << PART_BITS) - 1
    parts = [(number, both >> number * PART_BITS & mask) for number in range(PARTS)]
    telling = [number << PART_BITS | bits for number, bits in parts if bits not in PLAIN]
    return telling if len(telling) >= PARTS - MOST_PLAIN else []
