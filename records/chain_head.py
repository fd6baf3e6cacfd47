"""The head of the chain (``proof.py``): number, hash and moment of its last link, exported by an auditor.

Rewriting the past means rewriting every later link, so a head kept elsewhere is then no longer on the chain.
"""

import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from records.chain import Seal
from records.refusals import Refused

FORMAT = "pingxing-head/1"
_FILE = re.compile(rf"\s*{re.escape(FORMAT)}\s+number (\d+)\s+hash ([0-9a-f]{{64}})\s+at (\S+)\s*")


@dataclass(frozen=True)
class Head:
    """``hash`` in hex, ``at`` the moment of the link as ISO text in China's time."""

    number: int
    hash: str
    at: str

    @classmethod
    def of(cls, seal: Seal) -> "Head":
        at = seal.sealed_at.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
        return cls(seal.number, bytes(seal.hash).hex(), at)

    @classmethod
    def newest(cls) -> "Head | None":
        """None while nothing has been sealed."""
        seal = Seal.objects.filter(number__isnull=False).order_by("-number").first()
        return cls.of(seal) if seal else None

    @classmethod
    def numbered(cls, number: int) -> "Head | None":
        seal = Seal.objects.filter(number=number).first()
        return cls.of(seal) if seal else None

    @classmethod
    def read(cls, text: str) -> "Head":
        """Raises ``Refused`` if the text is not an exported head."""
        found = _FILE.fullmatch(text.removeprefix("\ufeff"))
        if not found:
            raise Refused(_("This is not an exported head: expected the lines %s, number, hash and at.") % FORMAT)
        return cls(int(found[1]), found[2], found[3])

    @property
    def text(self) -> str:
        """The exported form, which ``read`` reads again."""
        return f"{FORMAT}\nnumber {self.number}\nhash {self.hash}\nat {self.at}\n"

    @property
    def line(self) -> str:
        """On one line, as papers print it."""
        return f"{self.number} · {self.hash} · {self.at}"
