"""How names of places are typed: 沙溪 by ``shaxi``, by ``sx``, or in characters.

A name's key holds its syllables in order ("sha xi cun"); it is stored beside the name, so that a search reads what is
there. Letters and figures of a name stay as they are, in small letters.
"""

import re

HAN = re.compile(r"[⺀-鿿豈-﫿\U00020000-\U0003ffff]")


class _Syllables(dict):
    """By code point, what ``str.translate`` puts in its place; each character is looked up once."""

    def __missing__(self, point: int) -> str:
        from pypinyin import lazy_pinyin  # its dictionaries take long to read: only where a name is spelled

        character = chr(point)
        self[point] = f" {lazy_pinyin(character)[0]} " if HAN.match(character) else character.lower()
        return self[point]


_SYLLABLES = _Syllables()


def pinyin_of(name: str) -> str:
    """``沙溪村`` → ``sha xi cun``; ü is written v, as on a keyboard."""
    return " ".join(name.translate(_SYLLABLES).split())


def pattern_of(typed: str) -> str:
    """The regular expression that a key meets when ``typed`` spells syllables of it, whole or by their initials.

    "" when nothing in it can be spelled.
    """
    letters = re.findall(r"[a-z0-9]", typed.lower().replace("ü", "v"))
    return f"(^| )({' ?'.join(letters)}|{'[a-z]* '.join(letters)})" if letters else ""
