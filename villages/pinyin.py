"""How names of places are typed: 沙溪 by ``shaxi``, by ``sx``, or in characters.

A name's key holds its syllables in order ("sha xi cun"); it is stored beside the name, so that a search need not
compute it. Letters and digits of a name are kept, in lower case.
"""

import re

HAN = re.compile(r"[⺀-鿿豈-﫿\U00020000-\U0003ffff]")


class _Syllables(dict):
    """The table for ``str.translate``, by code point; each character is looked up once."""

    def __missing__(self, point: int) -> str:
        from pypinyin import lazy_pinyin  # slow to import because of its dictionaries, so only where it is needed

        character = chr(point)
        self[point] = f" {lazy_pinyin(character)[0]} " if HAN.match(character) else character.lower()
        return self[point]


_SYLLABLES = _Syllables()


def pinyin_of(name: str) -> str:
    """``沙溪村`` → ``sha xi cun``; ü is written v, as on a keyboard."""
    return " ".join(name.translate(_SYLLABLES).split())


def pattern_of(typed: str) -> str:
    """The regular expression that matches keys for ``typed``: whole syllables or their initials.

    "" if ``typed`` cannot be pinyin.
    """
    letters = re.findall(r"[a-z0-9]", typed.lower().replace("ü", "v"))
    return f"(^| )({' ?'.join(letters)}|{'[a-z]* '.join(letters)})" if letters else ""
