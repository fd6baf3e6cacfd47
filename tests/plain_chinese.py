"""What a Chinese page or document must not show: words in Latin letters, and half-width punctuation between
Chinese words."""

import re
from collections.abc import Collection
from html import unescape

UNSEEN = re.compile(r"<(script|style|template)\b.*?</\1>|<!--.*?-->|<svg\b.*?</svg>", re.S)
LITERAL = re.compile(r"<(code|kbd|samp|pre)\b.*?</\1>|<(\w+)[^>]* (?:lang=\"en\"|translate=\"no\")[^>]*>.*?</\2>", re.S)
"""What is to be typed or copied as it stands, and what says that it is no Chinese."""
SAID = re.compile(r"\b(?:aria-label|aria-description|alt|title|placeholder|data-label|data-confirm)=\"([^\"]*)\"")
BLOCK = re.compile(r"<(?!/?(?:b|i|em|strong|span|small|a|time|abbr|mark|bdi|label)\b)[^>]*>")
NAMES = re.compile(
    r"https?://\S+|/[\w/.-]+|\w+/\d+/|[\w.+-]+@[\w.-]+\w"  # addresses
    r"|[^\s“”（）、，]+\.(?:pdf|ofd|docx?|xlsx?|csv|json|jpe?g|png|heic|mp4|txt|toml)\b"  # files
    r"|\b[0-9a-f]{8,}\b|\b[0-9A-Z]{4,}(?:-[0-9A-Z]{4,})+\b"  # digests, check codes
    r"|\b(?=\w*\d)[0-9A-Z]{6,}\b|\b[A-Z]{1,3}[-.]?\d[\w.-]*",  # keys, criteria
    re.I,
)
KNOWN = {
    "PDF",
    "OFD",
    "Excel",
    "Word",
    "WPS",
    "CSV",
    "JSON",
    "JPG",
    "PNG",
    "HEIC",
    "MB",
    "KB",
    "GB",
    "SHA",
    "Alt",
    "UTF",
}
WORD = re.compile(r"[A-Za-z][A-Za-z_'’:-]*[A-Za-z:]")
HAN = "[\u4e00-\u9fff]"
WORTH_A_LOOK = re.compile(r"^.*[A-Za-z,:;()?!].*$", re.M)
"""A line without any of these has no fault, whatever is taken out of it; most have none."""
HALF_WIDTH = re.compile(rf"(?:.{{0,8}}{HAN} ?[,:;()?!]|[,:;()?!] ?{HAN}).{{0,8}}")


CHECK_CODE = re.compile(r"\b[0-9A-Z]+(?:-[0-9A-Z]{4})+\b")
"""Taken out first: a name may stand in it by chance."""
FORMULAS = ("种子号:用户名",)
"""What is spelt as a machine reads it."""


def unchinese(page: str, names: Collection[str] = ()) -> list[str]:
    """The faults of a page; ``names`` (accounts, people, codes created by the test) are ignored."""
    shown = LITERAL.sub(" ", UNSEEN.sub(" ", page))
    texts = [re.sub(r"<[^>]*>", "", BLOCK.sub("\n", shown)), *SAID.findall(shown)]
    return unchinese_text("\n".join(map(unescape, texts)), names)


def unchinese_text(text: str, names: Collection[str] = ()) -> list[str]:
    text = CHECK_CODE.sub(" ", "\n".join(WORTH_A_LOOK.findall(text)))
    for name in sorted({*names, *FORMULAS}, key=len, reverse=True):
        text = text.replace(name, " ")
    text = NAMES.sub(" ", text)
    latin = [word for word in WORD.findall(text) if word.removesuffix(":") not in KNOWN]
    return sorted({*latin, *(found.strip() for found in HALF_WIDTH.findall(text))})
