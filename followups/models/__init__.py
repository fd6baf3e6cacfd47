"""Follow-ups (督办事项): things that somebody must do by a moment."""

from followups.models.followup import FollowUp, FollowUpFile, FollowUpQuerySet
from followups.models.lifecycle import STEPS, FollowUpState
from followups.models.time_limit import TimeLimit

__all__ = ["STEPS", "FollowUp", "FollowUpFile", "FollowUpQuerySet", "FollowUpState", "TimeLimit"]
