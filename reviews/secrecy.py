"""What the audit trail must not tell of a review: scores and settlements before the result is out, a batch before its
release, a receipt ever."""

from accounts import trail
from ratings.secrecy import held, not_out
from reviews.models import (
    Appeal,
    Batch,
    DepartmentAnswer,
    DepartmentCheck,
    FieldPhoto,
    Hearer,
    Lapse,
    Objection,
    Panel,
    Seat,
    Settlement,
    Sheet,
    SheetEntry,
)

_OF_A_SHEET = not_out("(SELECT s.application_id FROM reviews_sheet s WHERE s.id = e.sheet_id)")
_PREPARED = "(SELECT b.state = 'draft' FROM reviews_batch b WHERE b.id = e.pgh_obj_id)"
_CHECK_GOES_ON = f"""EXISTS (
    SELECT FROM reviews_candidate c WHERE c.of_id = e.of_id AND {not_out("c.application_id")})"""  # noqa: S608 our own words


def veil_the_trail() -> None:
    for of_an_application in (Sheet, Settlement):
        trail.veil(of_an_application, trail.Veil(rows=not_out("e.application_id")))
    for of_a_sheet in (SheetEntry, FieldPhoto):
        trail.veil(of_a_sheet, trail.Veil(rows=_OF_A_SHEET))
    for of_a_check in (DepartmentAnswer, Lapse):
        trail.veil(of_a_check, trail.Veil(rows=_CHECK_GOES_ON))
    trail.veil(Batch, trail.Veil(rows=_PREPARED))
    trail.veil(Objection, trail.Veil(cells="true", columns=("receipt",)))
    trail.veil(Appeal, trail.Veil(rows=held("e.event_id")))
    trail.show("who sits where is told to all whom it concerns before anything is scored", Panel, Seat, Hearer)
    trail.show("what the departments are asked, not what they found", DepartmentCheck)
