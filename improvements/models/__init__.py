"""Improvement plans (改进提升计划): what a weak village does about its problems, and who helps it."""

from improvements.models.content import (
    LONGEST_MEASURE,
    Agreement,
    LibraryMeasure,
    Measure,
    Problem,
    Progress,
    ProgressFile,
)
from improvements.models.lifecycle import STEPS, Party, PlanState
from improvements.models.plan import Plan, PlanQuerySet, helper_units_of

__all__ = [
    "LONGEST_MEASURE",
    "STEPS",
    "Agreement",
    "LibraryMeasure",
    "Measure",
    "Party",
    "Plan",
    "PlanQuerySet",
    "PlanState",
    "Problem",
    "Progress",
    "ProgressFile",
    "helper_units_of",
]
