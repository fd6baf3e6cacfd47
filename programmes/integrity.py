"""Whether each kept result still follows from the facts that are kept with it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from programmes.models import CycleState, ProgrammeCycle, ProgrammeResult
from ratings.allowance.dry_run import try_scheme
from ratings.scheme.reading import Reading
from ratings.scoring.unit_facts import UnitFacts
from records.integrity import Fault, IntegrityCheck
from records.known import known


def result_faults() -> Iterator[Fault]:
    """Every result that its facts do not give, under the scheme and on the day of its confirmation."""
    for cycle in ProgrammeCycle.objects.filter(state__in=CycleState.KEPT).select_related("scheme").order_by("pk"):
        results = {one.unit_id: one for one in cycle.results.all()}
        judged = {code: _facts(one) for code, one in results.items() if one.found is not None}
        reading = Reading(cycle.scheme.body, cycle.scheme.spec)
        for row in try_scheme(reading, judged, known(cycle.on), rated=len(results)):
            kept = results[row["unit"]]
            if row != kept.found or (kept.grade, kept.total) != (row["star"], Decimal(row["total"])):
                found = f"{kept.grade} {kept.total}"
                yield Fault(f"programmes_programmeresult {kept.pk}", f"{row['star']} {row['total']}", found)


def _facts(result: ProgrammeResult) -> UnitFacts:
    basis = result.basis
    values = {item: Decimal(value) for item, (value, _source) in basis["facts"].items()}
    vetoes = {(code, date.fromisoformat(on)) for code, on in basis["vetoes"]}
    return UnitFacts(values, set(basis["tags"]), vetoes)


RESULTS = IntegrityCheck("results of programmes", result_faults)
