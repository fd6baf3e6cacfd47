"""The blocks of a PDF. Texts are already in the reader's language; ``templates/documents`` only does the layout."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Block:
    def as_data(self) -> dict[str, Any]:
        return {"kind": type(self).__name__.lower()} | asdict(self)


@dataclass(frozen=True)
class Heading(Block):
    text: str


@dataclass(frozen=True)
class Text(Block):
    """A paragraph; line breaks are kept. ``quiet``: a remark in small grey type."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Names(Block):
    """Names and values, one pair per row."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table(Block):
    """``widths`` are shares of the line, one per column; ``right`` are the columns (from 0) aligned right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()
    right: Sequence[int] = ()


@dataclass(frozen=True)
class Signatures(Block):
    """Fields to sign or stamp, two per row, each with its name."""

    names: Sequence[str]


@dataclass(frozen=True)
class Picture(Block):
    """An SVG, ``width`` in millimetres, with a caption."""

    svg: str
    width: float
    caption: str = ""


@dataclass(frozen=True)
class NewPage(Block):
    pass


def breakable(text: str) -> str:
    """``text`` with its SHA-256 hashes in groups of eight, so that a line can end between them."""
    return " ".join(
        " ".join(word[at : at + 8] for at in range(0, len(word), 8)) if len(word) == 64 else word
        for word in text.split(" ")
    )
