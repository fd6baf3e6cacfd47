from reviews.models.appeal import Appeal, AppealPaper, Correction, Hearer
from reviews.models.batch import Batch, BatchEntry
from reviews.models.check import Candidate, DepartmentAnswer, DepartmentCheck, Finding, Lapse
from reviews.models.objection import Objection
from reviews.models.panel import REVIEW_STAGES, Addendum, Draw, Panel, Seat, Settlement, Sheet, SheetEntry
from reviews.models.photo import FieldPhoto

__all__ = [
    "REVIEW_STAGES",
    "Addendum",
    "Appeal",
    "AppealPaper",
    "Batch",
    "BatchEntry",
    "Candidate",
    "Correction",
    "DepartmentAnswer",
    "DepartmentCheck",
    "Draw",
    "FieldPhoto",
    "Finding",
    "Hearer",
    "Lapse",
    "Objection",
    "Panel",
    "Seat",
    "Settlement",
    "Sheet",
    "SheetEntry",
]
