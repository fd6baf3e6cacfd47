"""Reward policies, project funds, what they grant to whom, and their ledger (practice §5, formats §4)."""

from incentives.models.clawback import Clawback
from incentives.models.fund import Allocation, ProjectFund, StarWeight
from incentives.models.ledger import LedgerEntry, lines_of
from incentives.models.policy import Reward, RewardBand, RewardPolicy
from incentives.models.source import GrantLine, RewardFigure, Source

__all__ = [
    "Allocation",
    "Clawback",
    "RewardFigure",
    "LedgerEntry",
    "GrantLine",
    "ProjectFund",
    "Reward",
    "RewardBand",
    "RewardPolicy",
    "Source",
    "StarWeight",
    "lines_of",
]
