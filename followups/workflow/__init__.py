"""What happens to a follow-up: opened, handed on, reported done, checked, escalated, closed.

Other apps open follow-ups and close them when what they wait for has happened (``opening``); people do, check and hand
them on (``steps``); the clock takes late ones up (``escalating``); posts and units pass them on (``passing``).
"""

from followups.workflow.actions import (
    available,
    is_checker,
    is_responsible,
    only_signer_reports_done,
    require_right,
    supervises,
)
from followups.workflow.escalating import escalate, escalate_late
from followups.workflow.opening import Opening, call_off, finish, open_all, open_followup, postpone, reassign
from followups.workflow.steps import (
    MOST_FILES,
    accept,
    cancel,
    hand_on,
    report_done,
    report_progress,
    send_back,
    standing_of,
)

__all__ = [
    "MOST_FILES",
    "Opening",
    "accept",
    "available",
    "call_off",
    "cancel",
    "escalate",
    "escalate_late",
    "finish",
    "hand_on",
    "is_checker",
    "is_responsible",
    "only_signer_reports_done",
    "open_all",
    "open_followup",
    "postpone",
    "reassign",
    "report_done",
    "report_progress",
    "require_right",
    "send_back",
    "standing_of",
    "supervises",
]
