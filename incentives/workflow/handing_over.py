"""Handing over what a department wrote that has nobody any more (renamed, merged, its post vacant): to one that has."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.departments import staff
from accounts.models import User
from incentives.models import ProjectFund, Source
from incentives.models.lifecycle import WRITE_OWN
from incentives.source_state import standing
from incentives.workflow.step import step
from incentives.workflow.telling import tell_people
from records.previews import require_unchanged
from records.refusals import Incomplete


def hand_over(source: Source, *, by: User, department: str, expected: Any = None) -> None:
    """From now on the people of ``department`` go on with it, and are told. Opinion and filing stand.

    Raises ``Incomplete`` for a department for which nobody writes there.
    """
    with step("hand_over", source, by=by):
        if expected is not None:
            require_unchanged(expected, standing(source))
        people = staff(source.unit_id, WRITE_OWN)
        if department not in people:
            words = _("Nobody acts for this department here.")
            raise Incomplete(words, {"department": words})
        same = type(source).objects.filter(unit=source.unit_id, year=source.year, name=source.name)
        if same.filter(written_by=department).exists():
            words = _("This department has one of this name for the year already.")
            raise Incomplete(words, {"department": words})
        before, source.written_by = source.written_by, department
        if isinstance(source, ProjectFund):
            source.department = department
        source.save()
        tell_people(people[department], source, "source_handed_over", department=before)
