"""The library of measures (措施库): it grows with every agreed plan, and by hand."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from improvements.models import LibraryMeasure, Measure, Plan
from improvements.models.lifecycle import SUPERVISE
from records import audit
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Unit, county_of


def take_up(plan: Plan) -> None:
    """The measures of an agreed plan are offered to the county's other villages from now on."""
    county = county_of(plan.unit_id)
    measures = Measure.objects.filter(problem__plan=plan).exclude(problem__criterion="")
    LibraryMeasure.objects.bulk_create(
        (
            LibraryMeasure(unit_id=county, criterion=criterion, text=text)
            for criterion, text in measures.values_list("problem__criterion", "text").distinct()
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def add_to_library(unit: Unit, criterion: str, text: str, *, by: User) -> LibraryMeasure:
    """Offer a measure for a criterion to the villages of the county ``unit``; one that was withdrawn is offered
    again."""
    if not by.has_perm(SUPERVISE, unit):
        raise NotAllowed
    said = require_reason(text, "text")
    if not criterion.strip():
        raise Incomplete(_("Choose the criterion."), {"criterion": _("Choose the criterion.")})
    with audit.acting(by, "add_library_measure"):
        measure, made = LibraryMeasure.objects.get_or_create(
            unit=unit, criterion=criterion.strip(), text=said, defaults={"added_by": by}
        )
        if not made and measure.withdrawn_at is not None:
            measure.withdrawn_at = None
            measure.save(update_fields=["withdrawn_at"])
    return measure


@transaction.atomic
def withdraw_from_library(measure: LibraryMeasure, *, by: User) -> None:
    """Offer it no longer; plans that have it keep it."""
    if not by.has_perm(SUPERVISE, measure):
        raise NotAllowed
    fresh = LibraryMeasure.objects.select_for_update().get(pk=measure.pk)
    if fresh.withdrawn_at is not None:
        raise WrongState(_("This has been done already."))
    with audit.acting(by, "withdraw_library_measure"):
        fresh.withdrawn_at = timezone.now()
        fresh.save(update_fields=["withdrawn_at"])
