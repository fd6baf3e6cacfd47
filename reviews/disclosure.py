"""What the audit trail must not disclose about a review: scores and settlements before the result is released, a batch
before its release, and receipts at any time."""

from accounts import audit_trail
from ratings.disclosure import held, not_out
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

_OF_A_SHEET = not_out("(select s.application_id from reviews_sheet s where s.id = e.sheet_id)")
_PREPARED = "(select b.state = 'draft' from reviews_batch b where b.id = e.pgh_obj_id)"
_CHECK_GOES_ON = f"""exists (
    select from reviews_candidate c where c.of_id = e.of_id and {not_out("c.application_id")})"""  # noqa: S608 our own words


def redact_audit_trail() -> None:
    for of_an_application in (Sheet, Settlement):
        audit_trail.redact(of_an_application, audit_trail.Redaction(rows=not_out("e.application_id")))
    for of_a_sheet in (SheetEntry, FieldPhoto):
        audit_trail.redact(of_a_sheet, audit_trail.Redaction(rows=_OF_A_SHEET))
    for of_a_check in (DepartmentAnswer, Lapse):
        audit_trail.redact(of_a_check, audit_trail.Redaction(rows=_CHECK_GOES_ON))
    audit_trail.redact(Batch, audit_trail.Redaction(rows=_PREPARED))
    audit_trail.redact(Objection, audit_trail.Redaction(cells="true", columns=("receipt",)))
    audit_trail.redact(Appeal, audit_trail.Redaction(rows=held("e.event_id")))
    audit_trail.show_openly(
        "who sits where is told to all whom it concerns before anything is scored", Panel, Seat, Hearer
    )
    audit_trail.show_openly("what the departments are asked, not what they found", DepartmentCheck)
