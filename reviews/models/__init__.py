from reviews.models.batch import Batch, BatchEntry
from reviews.models.objection import Objection
from reviews.models.panel import REVIEW_STAGES, Addendum, Draw, Panel, Seat, Settlement, Sheet, SheetEntry

__all__ = [
    "REVIEW_STAGES",
    "Addendum",
    "Batch",
    "BatchEntry",
    "Draw",
    "Objection",
    "Panel",
    "Seat",
    "Settlement",
    "Sheet",
    "SheetEntry",
]
