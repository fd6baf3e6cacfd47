"""Three villages on which a criterion is tried while it is written: those of last year's facts where there are any."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ratings.models import Answer, Cycle, Scheme
from ratings.scheme.spec import Criterion
from ratings.scoring.county_mean import give_county_mean


@dataclass(frozen=True)
class SampleVillage:
    """``facts``: what it answered, by item; nothing for an invented one."""

    name: str
    facts: dict[str, Decimal] = field(default_factory=dict)


def sample_villages(scheme: Scheme, criterion: Criterion) -> list[SampleVillage]:
    """A village with a high, one with a middling and one with a low total of the latest year in which they answered
    what ``criterion`` asks; invented ones where there are not three."""
    invented = (_("A good unit"), _("A middling unit"), _("A weak unit"))
    cycle = _latest(scheme)
    known = _answered(cycle, [question.item for question in criterion.in_file]) if cycle else []
    give_county_mean(criterion, [village.facts for village in known])
    if cycle is None or len(known) < len(invented):
        return [SampleVillage(name) for name in invented]
    ranks = (
        _("%(village)s (high in %(year)s)"),
        _("%(village)s (middling in %(year)s)"),
        _("%(village)s (low in %(year)s)"),
    )
    chosen = (known[0], known[len(known) // 2], known[-1])
    return [
        SampleVillage(rank % {"village": village.name, "year": cycle.year}, village.facts)
        for rank, village in zip(ranks, chosen, strict=True)
    ]


def _latest(scheme: Scheme) -> Cycle | None:
    """The latest rating of the place whose villages' answers are added up."""
    rated = Cycle.objects.filter(
        unit=scheme.unit_id, scheme__rates=scheme.rates, year__lte=scheme.year, applications__self_total__isnull=False
    )
    return rated.order_by("-year").first()


def _answered(cycle: Cycle, items: list[str]) -> list[SampleVillage]:
    """The villages that answered any of ``items``, by their total from the highest."""
    total = Coalesce("application__panel_total", "application__self_total")
    answers = Answer.objects.filter(
        application__cycle=cycle, application__self_total__isnull=False, item__in=items, value__isnull=False
    )
    villages: dict[int, SampleVillage] = {}
    rows = answers.order_by(total.desc(), "application").values_list(
        "application", "application__unit__name", "item", "value"
    )
    for pk, name, item, value in rows:
        villages.setdefault(pk, SampleVillage(name)).facts[item] = value
    return list(villages.values())
