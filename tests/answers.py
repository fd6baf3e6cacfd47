"""One answer of an application, saved as its form does."""

from ratings.workflow.answers import AnswerEntry, save_answers


def save_answer(application, item, typed, reason="", *, by, seen=None):
    return save_answers(application, [AnswerEntry(item, typed, reason, seen)], by=by)[item]
