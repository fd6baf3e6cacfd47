"""What the next version of a scheme would change for units already scored (formats §1, "In use"). Saves nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from ratings.allowance.cycle_means import means_as_read
from ratings.allowance.dry_run import try_scheme
from ratings.models import Answer, Application, Scheme, Veto
from ratings.scheme.reading import Reading
from ratings.scheme.spec import NoSingleVariant, SchemeSpec
from ratings.scoring.county_mean import relative_to_mean
from ratings.scoring.many import ManyUnits
from ratings.scoring.unit_facts import UnitFacts

Result = tuple[str, int]
"""Total as it is written, and star."""


@dataclass(frozen=True)
class Revised:
    """A unit whose total or star would change; None where no variant, or more than one, would fit it."""

    unit: str
    before: Result | None
    after: Result | None

    @property
    def moves_star(self) -> bool:
        return self.before is not None and self.after is not None and self.before[1] != self.after[1]


def revised(new: Reading, old: Scheme, day: date) -> list[Revised]:
    """The units that answered under ``old`` and would come out differently under ``new``, by their answers and code.

    An answer that a version does not ask for, or cannot accept, counts as not given for that version. What is not
    answered yet, such as a department's count of faults, has no points, as in the totals of applications. A result that
    is out stays under its version.
    """
    units = answered(old, Application.objects.exclude(state__in=Application.State.RESULT_OUT))
    before = _results(Reading(old.body, old.spec), units, old, day)
    after = _results(new, units, old, day)
    return [Revised(unit, before.get(unit), after.get(unit)) for unit in units if before.get(unit) != after.get(unit)]


def answered(scheme: Scheme, applications: QuerySet[Application]) -> dict[str, UnitFacts]:
    """The answers of those ``applications`` that are kept under ``scheme``, by unit in order of code, with tags and
    vetoes."""
    kept = applications.filter(cycle__scheme=scheme)
    rows = Answer.objects.filter(application__in=kept, value__isnull=False)
    values: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for unit, item, value in rows.order_by("application__unit").values_list("application__unit", "item", "value"):
        values[unit][item] = value
    vetoes: defaultdict[str, set[tuple[str, date]]] = defaultdict(set)
    for unit, code, on in Veto.objects.filter(unit__in=values, withdrawn_at=None).values_list("unit", "code", "on"):
        vetoes[unit].add((code, on))
    tags = {application.unit_id: application.tags for application in kept.select_related("unit")}
    return {unit: UnitFacts(facts, set(tags[unit]), vetoes[unit]) for unit, facts in values.items()}


def _results(reading: Reading, units: Mapping[str, UnitFacts], old: Scheme, day: date) -> dict[str, Result]:
    facts = applicable(reading.spec, units, old)
    return {row["unit"]: (row["total"], row["star"]) for row in try_scheme(reading, facts, day, only_answered=True)}


def applicable(spec: SchemeSpec, units: Mapping[str, UnitFacts], old: Scheme) -> dict[str, UnitFacts]:
    """The facts that ``spec`` asks of each unit and can accept, without the units that not exactly one variant fits.

    The county's means are those of the whole cycle of ``old``, whichever of its units are asked about.
    """
    many, found = ManyUnits(spec), {}
    for unit, facts in units.items():
        try:
            found[unit] = UnitFacts(many.accepted(facts.tags, facts.values), facts.tags, facts.vetoes)
        except NoSingleVariant:
            continue
    means = means_as_read(spec, Application.objects.filter(cycle__scheme=old))
    for code, criterion in relative_to_mean(spec).items():
        for facts in found.values():
            facts.values.pop(criterion.mean_item, None)
            if code in facts.values and criterion.mean_item in means:
                facts.values[criterion.mean_item] = means[criterion.mean_item]
    return found
