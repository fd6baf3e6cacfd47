"""The life of an assessment that is kept: drafted, issued to those assessed, frozen by a decision."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import ROLES
from notifications.models import Notice
from notifications.workflow import announce_all
from records import audit
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from reports.assessments.kept import AssessmentFigures
from reports.assessments.places import place_codes
from reports.assessments.reading import read_assessment
from reports.models import Assessment, AssessmentState, ComparisonSetting
from reports.models.assessment import MANAGE, VIEW
from villages.models import Level, Unit

State = AssessmentState


def standing(assessment: Assessment) -> dict[str, Any]:
    """What a page shows before a step: the formula and the state."""
    return {"formula": assessment.formula, "state": assessment.state}


@transaction.atomic
def write_assessment(
    unit: Unit, formula: str, *, by: User, assessment: Assessment | None = None, expected: Any = None
) -> Assessment:
    """Keep a new draft of ``unit``, or another formula of the draft ``assessment``.

    Raises ``AssessmentRefused`` with every error of the formula, ``Outdated`` when somebody changed it meanwhile.
    """
    if not by.has_perm(MANAGE, unit):
        raise NotAllowed
    spec = read_assessment(formula.encode())
    if spec.unit != unit.pk:
        raise Incomplete(_("The formula is for another unit."))
    if not spec.name.strip():
        raise Incomplete(_("Please give it a name."), {"name": _("Please give it a name.")})
    draft = assessment or Assessment(unit=unit, drafted_by=by)
    if assessment:
        _lock(assessment, by, State.DRAFT, expected)
    draft.formula, draft.name, draft.year, draft.on = formula, spec.name[:100], spec.year, spec.on
    draft.assesses = spec.assesses
    try:
        with audit.acting(by, "write_assessment"), transaction.atomic():
            draft.save()
    except IntegrityError:
        words = _("There is one of this name for the year already.")
        raise Incomplete(words, {"name": words}) from None
    return draft


@transaction.atomic
def issue_assessment(assessment: Assessment, *, by: User, expected: Any = None) -> None:
    """Tell the formula to those assessed; it does not change any more."""
    _lock(assessment, by, State.DRAFT, expected)
    read_assessment(assessment.formula.encode())
    with audit.acting(by, "issue_assessment"):
        assessment.state, assessment.issued_by, assessment.issued_at = State.ISSUED, by, timezone.now()
        assessment.save(update_fields=["state", "issued_by", "issued_at"])
    _tell(assessment, "assessment_issued")


@transaction.atomic
def freeze_assessment(
    assessment: Assessment, *, document: str, by: User, expected: Any = None, at: datetime | None = None
) -> None:
    """Freeze the figures as of the assessment's day by the decision ``document``; later changes do not affect them.

    ``expected``: what ``AssessmentFigures.to_freeze`` gave when the page was shown; raises ``Outdated`` when that has
    changed.
    """
    _lock(assessment, by, State.ISSUED, None)
    if not document.strip():
        words = _("Please give the number of the document.")
        raise Incomplete(words, {"document": words})
    at = at or timezone.now()
    if timezone.localdate(at) < assessment.on:
        raise WrongState(_("The figures are those of %s: they cannot be decided before.") % assessment.on.isoformat())
    figures = AssessmentFigures(assessment, freezing=True).to_freeze()
    require_unchanged(expected, figures)
    with audit.acting(by, "freeze_assessment", document.strip()):
        assessment.figures, assessment.document = figures, document.strip()[:100]
        assessment.state, assessment.decided_by, assessment.decided_at = State.FROZEN, by, at
        assessment.save(update_fields=["figures", "document", "state", "decided_by", "decided_at"])
    _tell(assessment, "assessment_frozen", document=assessment.document)


@transaction.atomic
def show_comparison(city: Unit, shown: bool, *, by: User) -> None:
    """Show those assessed in the city the figures of all, or again their own alone."""
    if city.level != Level.CITY or not by.has_perm(MANAGE, city):
        raise NotAllowed
    with audit.acting(by, "show_comparison"):
        ComparisonSetting.objects.update_or_create(
            unit=city, defaults={"shown": shown, "set_by": by, "set_at": timezone.now()}
        )


def _tell(assessment: Assessment, kind: str, **params: str) -> None:
    """Notify those who see the assessment at each place assessed, each about its own."""
    roles = {role for role, spec in ROLES.items() if VIEW in spec.permissions}
    places = Unit.objects.standing().in_bulk(place_codes(assessment.unit_id, assessment.assesses))
    params |= {"name": assessment.name, "year": str(assessment.year)}
    announce_all(
        Notice(
            user_id=user_id,
            kind=kind,
            params=params | {"unit": places[code].name},
            link=assessment.get_absolute_url(),
            unit_code=code,
        )
        for code, user_ids in holders(roles, places).items()
        for user_id in user_ids
    )


def _lock(assessment: Assessment, by: User, state: str, expected: Any) -> None:
    assessment.refresh_from_db(from_queryset=Assessment.objects.select_for_update())
    if not by.has_perm(MANAGE, assessment):
        raise NotAllowed
    require_unchanged(expected, standing(assessment))
    if assessment.state != state:
        raise WrongState(
            _("“%(name)s” is now at “%(state)s”.") % {"name": assessment, "state": assessment.get_state_display()}
        )
