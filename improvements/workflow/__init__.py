"""What happens to improvement plans.

They begin by themselves (``beginning``), are drawn up, agreed, carried out and checked (``steps``), end early when
nobody needs them any longer (``ending``), and pass to the unit that takes over (``passing``). ``library``: the measures
that a county offers its villages.
"""

from improvements.workflow.actions import available
from improvements.workflow.beginning import begin_for_results, follow_stars
from improvements.workflow.ending import call_off
from improvements.workflow.library import add_to_library, withdraw_from_library
from improvements.workflow.steps import (
    PlannedMeasure,
    Terms,
    agree,
    cancel,
    decline,
    draw_up,
    missing_of,
    pass_check,
    propose,
    report_done,
    report_progress,
    send_back,
)

__all__ = [
    "PlannedMeasure",
    "Terms",
    "add_to_library",
    "agree",
    "available",
    "begin_for_results",
    "call_off",
    "cancel",
    "decline",
    "draw_up",
    "follow_stars",
    "missing_of",
    "pass_check",
    "propose",
    "report_done",
    "report_progress",
    "send_back",
    "withdraw_from_library",
]
