"""Honours: rounds of model villages (示范村) and lists of villages that may be honoured (评先评优)."""

from honours.models.checks import DepartmentReply, ReplyFinding, RoundObjection
from honours.models.lifecycle import NOMINATION_STEPS, ROUND_STEPS, NominationState, OpinionLevel, RoundState
from honours.models.nominations import Nomination, NominationQuerySet, Opinion
from honours.models.rounds import TERMS, Round, RoundAward, RoundQuerySet
from honours.models.selections import EligibilityAnswer, Selection

__all__ = [
    "NOMINATION_STEPS",
    "ROUND_STEPS",
    "TERMS",
    "DepartmentReply",
    "EligibilityAnswer",
    "Nomination",
    "NominationQuerySet",
    "NominationState",
    "Opinion",
    "OpinionLevel",
    "ReplyFinding",
    "Round",
    "RoundAward",
    "RoundObjection",
    "RoundQuerySet",
    "RoundState",
    "Selection",
]
