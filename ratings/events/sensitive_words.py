"""Words that suggest a clue under investigation (问题线索) or classified content (涉密内容) in what is typed.

Only concluded and announced matters are entered. A word alone proves nothing, so whoever types one is asked to confirm,
never refused.
"""

from collections.abc import Iterable

UNDER_INVESTIGATION = (
    "问题线索",
    "线索",
    "初核",
    "初步核实",
    "谈话函询",
    "函询",
    "待核实",
    "待查",
    "正在核查",
    "正在调查",
    "正在审查",
    "审查调查中",
    "调查中",
    "涉嫌",
    "留置",
    "举报人",
    "检举人",
    "信访人",
)
CLASSIFIED = ("绝密", "机密", "秘密", "涉密", "密级", "保密", "不得外传", "内部资料")


def sensitive_words(texts: Iterable[str]) -> list[str]:
    """The words found in ``texts``, each once, without those that are part of a longer one found."""
    typed = "\n".join("".join(text.split()) for text in texts)
    found = [word for word in (*UNDER_INVESTIGATION, *CLASSIFIED) if word in typed]
    return [word for word in found if not any(word != other and word in other for other in found)]
