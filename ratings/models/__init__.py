from ratings.models.application import (
    FIGURE_DIGITS,
    Absence,
    Answer,
    Application,
    Evidence,
    Points,
    Return,
    ReturnedCriterion,
    Transition,
    Veto,
    figure_field,
)
from ratings.models.cycle import ClosingReversal, Cycle, Extension, Window
from ratings.models.decision import Decision
from ratings.models.event import Event, Proposal, Reversal
from ratings.models.event_case import EventFile, EventPerson
from ratings.models.kept_points import SelfAndPanel, StagePoints
from ratings.models.lifecycle import Stage
from ratings.models.programme import Programme
from ratings.models.register import StarPeriod
from ratings.models.register_run import RegisterRun, RegisterRunChange, RegisterRunCount, StaleUnit
from ratings.models.scheme import Scheme
from ratings.models.scheme_revision import SchemeRevision

__all__ = [
    "FIGURE_DIGITS",
    "Absence",
    "Answer",
    "Application",
    "ClosingReversal",
    "Cycle",
    "Decision",
    "Event",
    "EventFile",
    "EventPerson",
    "Evidence",
    "Extension",
    "Points",
    "Programme",
    "Proposal",
    "RegisterRun",
    "RegisterRunChange",
    "RegisterRunCount",
    "Return",
    "ReturnedCriterion",
    "Reversal",
    "Scheme",
    "SchemeRevision",
    "SelfAndPanel",
    "Stage",
    "StagePoints",
    "StaleUnit",
    "StarPeriod",
    "Transition",
    "Veto",
    "Window",
    "figure_field",
]
