"""Answers of an application, saved as its form does; a whole form of the factories' scheme."""

from ratings.workflow.answers import AnswerEntry, save_answers

WHOLE = {
    "1.1.a": ("2", ""),
    "1.2": ("96", ""),
    **{f"2.1.{c}": ("1", "") for c in "abcde"},
    "2.2": ("8.5", "班子齐心"),
    "B.1.a": ("1", ""),
    "D.1.a": ("0", ""),
}


def save_answer(application, item, typed, reason="", *, by, seen=None):
    return save_answers(application, [AnswerEntry(item, typed, reason, seen)], by=by)[item]


def fill(application, by, **changes):
    typed = WHOLE | changes
    save_answers(application, [AnswerEntry(item, text, reason) for item, (text, reason) in typed.items()], by=by)
