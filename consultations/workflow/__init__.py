"""What happens to a draft on its way to being issued.

Comments are asked for and answered (``consulting``), the city's counties review it (``reviewing``), it is issued with
its papers (``issuing``); what is changed meanwhile is told (``changes``). Deadlines are follow-ups (``deadlines``).
"""

from consultations.workflow.actions import available, held_back, may, require
from consultations.workflow.consulting import (
    acknowledge,
    answer,
    begin,
    close,
    comment,
    comment_in_public,
    withdraw,
)
from consultations.workflow.issuing import attach, detach, record
from consultations.workflow.reviewing import conclude, give_back, propose, send, set_joint_review, setting_of, settle

__all__ = [
    "acknowledge",
    "answer",
    "attach",
    "available",
    "begin",
    "close",
    "comment",
    "comment_in_public",
    "conclude",
    "detach",
    "give_back",
    "held_back",
    "may",
    "propose",
    "record",
    "require",
    "send",
    "set_joint_review",
    "setting_of",
    "settle",
    "withdraw",
]
