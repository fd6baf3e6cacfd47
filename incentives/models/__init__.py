"""Reward policies, project funds, what they grant to whom, and their ledger (practice §5, formats §4)."""

from incentives.models.clawback import Clawback
from incentives.models.fund import Allocation, PlannedSum, ProjectFund, StarWeight
from incentives.models.ledger import LedgerEntry, lines_of
from incentives.models.payee import PayeeAccount
from incentives.models.policy import Reward, RewardBand, RewardPolicy
from incentives.models.source import GrantLine, RewardFigure, Source
from incentives.models.voucher import BankPayment, BankStatement, Explanation, Payout, Voucher

__all__ = [
    "Allocation",
    "BankPayment",
    "BankStatement",
    "Clawback",
    "Explanation",
    "RewardFigure",
    "LedgerEntry",
    "GrantLine",
    "PlannedSum",
    "ProjectFund",
    "PayeeAccount",
    "Payout",
    "Reward",
    "RewardBand",
    "RewardPolicy",
    "Source",
    "StarWeight",
    "Voucher",
    "lines_of",
]
