from reviews.models.batch import Batch, BatchEntry
from reviews.models.objection import Objection
from reviews.models.panel import REVIEW_STAGES, Panel, Seat, Settlement, Sheet, SheetEntry

__all__ = [
    "REVIEW_STAGES",
    "Batch",
    "BatchEntry",
    "Objection",
    "Panel",
    "Seat",
    "Settlement",
    "Sheet",
    "SheetEntry",
]
