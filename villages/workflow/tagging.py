"""Tags: the county's words for a unit's kind (平原, 山区 …), by which schemes select criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from records.audit import acting
from records.refusals import Incomplete, WrongState
from villages.models import Unit
from villages.signals import units_tagged
from villages.workflow.locking import MANAGE, hold
from villages.workflow.ordering import OrderConsequence

MOST_TAGS, LONGEST_TAG = 10, 20


@dataclass(frozen=True)
class Tagged:
    """How many units changed, and the consequences."""

    changed: int
    follows: list[OrderConsequence]


@transaction.atomic
def tag_units(tags: Mapping[str, Sequence[str]], *, by: Any) -> Tagged:
    """Set the complete tags of each unit. Open applications follow (``villages.signals``).

    Raises ``NotAllowed``; ``WrongState``: an unknown unit or one that has ended; ``Incomplete``: an invalid tag.
    """
    units = hold(tags, MANAGE, by)
    if len(units) < len(tags):
        raise WrongState(_("One of these units is not known."))
    for of_one in tags.values():
        if len(of_one) > MOST_TAGS or any(not 0 < len(tag) <= LONGEST_TAG for tag in of_one):
            raise Incomplete(_("At most %d tags, each of at most %d characters.") % (MOST_TAGS, LONGEST_TAG))
    changed = [unit for code, unit in units.items() if unit.tags != list(dict.fromkeys(tags[code]))]
    before = {unit.code: unit.tags for unit in changed}
    for unit in changed:
        unit.tags = list(dict.fromkeys(tags[unit.code]))
    with acting(by, "villages.tag"):
        Unit.objects.bulk_update(changed, ["tags"])
        told: list[tuple[Any, Any]] = []
        if changed:
            told = units_tagged.send(sender=Unit, units=changed, before=before, by=by)
    return Tagged(len(changed), [one for _receiver, said in told for one in said or ()])
