"""Lists for honours: made with their condition, and the answers given under them, kept with a check code."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from honours.eligibility import judge
from honours.models import EligibilityAnswer, Selection
from honours.models.lifecycle import ASK
from records import audit
from records.documents import issue
from records.refusals import Incomplete, NotAllowed, require_reason
from villages.models import Unit


@transaction.atomic
def make(unit: Unit, *, by: User, areas: Mapping[str, Decimal] | None = None, **terms: Any) -> Selection:
    """A list of the place ``unit``; ``terms``: fields of ``Selection``; ``areas``: the least share by area."""
    if unit.pk not in by.reach(ASK):
        raise NotAllowed
    problems = {}
    if Selection.objects.filter(unit=unit, name=terms["name"]).exists():
        problems["name"] = _("This name is taken.")
    if any(not 0 < share <= 1 for share in (areas or {}).values()):
        problems["areas"] = _("A share lies above 0 and up to 1.")
    if problems:
        raise Incomplete(next(iter(problems.values())), problems)
    with audit.acting(by, "make_selection"):
        kept = {code: str(share) for code, share in (areas or {}).items()}
        return Selection.objects.create(unit=unit, made_by=by, areas=kept, **terms)


@transaction.atomic
def answer(
    selection: Selection, unit: Unit, *, by: User, purpose: str, at: datetime | None = None
) -> EligibilityAnswer:
    """Answer whether ``unit`` may be honoured, and keep it. Raises ``NotAllowed`` outside one's reach."""
    at, said = at or timezone.now(), require_reason(purpose, "purpose")
    if not by.has_perm(ASK, unit) or not unit.code.startswith(selection.unit_id):
        raise NotAllowed
    judged = judge(selection, Unit.objects.filter(pk=unit.pk).rated())
    if not judged:
        raise Incomplete(_("Only rated villages can be named."))
    content = {"selection": selection.pk, "conditions": judged[0].kept, "purpose": said, "at": at.isoformat()}
    with audit.acting(by, "answer_eligibility", said):
        code = issue(_("Answer about an honour"), content, unit=unit.code, by=by)
        return EligibilityAnswer.objects.create(
            selection=selection,
            unit=unit,
            eligible=judged[0].eligible,
            conditions=judged[0].kept,
            purpose=said,
            code=code,
            by=by,
            at=at,
        )
