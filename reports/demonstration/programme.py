"""A programme: one county's villages judged by the province's standard as well: 2025 is published, 2026 is open."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.roles import Role
from notifications.workflow import telling_only
from programmes.facts import FactAsked, facts_of
from programmes.models import ProgrammeAnswer, ProgrammeCycle
from programmes.workflow import cycle as workflow
from ratings.workflow.scheme import import_scheme
from records.deadlines import end_of
from records.numbers import plain
from reports.demonstration import schemes
from reports.demonstration.chance import chance
from reports.demonstration.people import Staff
from villages.models import Unit, township_of

COUNTY, CODE = "330624", "clean-villages"
SILENT = 30
"""One in this many villages answers nothing, and has no grade."""
OPEN_FOR = timedelta(days=20)


def load() -> str:
    staff = Staff()
    office = staff(Role.COUNTY_OFFICE, COUNTY)
    body, now = schemes.fixture(f"{COUNTY}-{CODE}"), timezone.now()
    with telling_only([]):
        scheme = import_scheme(body, by=office, issue=True, programme=CODE)
        cycle = workflow.open_cycle(scheme, answers_until=now + timedelta(days=1), by=office)
        _answer(cycle, staff)
        ProgrammeCycle.objects.filter(pk=cycle.pk).update(answers_until=now)
        workflow.confirm(cycle, document="浙清领〔2026〕6号", by=office)
        workflow.publish(cycle, by=office)
        scheme = import_scheme(body | {"year": body["year"] + 1}, by=office, issue=True, programme=CODE)
        until = end_of(timezone.localdate(now + OPEN_FOR))
        _answer(workflow.open_cycle(scheme, answers_until=until, by=office), staff)
    return f"{cycle.results.count()} results"


def _answer(cycle: ProgrammeCycle, staff: Staff) -> None:
    """What only the programme asks: by the village's filler, the findings on the spot by the township's office; of
    those whose application was sent."""
    answers = []
    for code, known in facts_of(cycle, cycle.rated_units().order_by("code")).items():
        if known.is_sent and chance(CODE, code).randrange(SILENT):
            answers += [_typed(cycle, known.unit, fact, staff) for fact in known.asked]
    ProgrammeAnswer.objects.bulk_create(answers, batch_size=2000)


def _typed(cycle: ProgrammeCycle, unit: Unit, fact: FactAsked, staff: Staff) -> ProgrammeAnswer:
    drawn = chance(CODE, unit.code, fact.item)
    value, reason = Decimal(drawn.choice((1, 1, 1, 0))), ""
    if fact.question.kind == "figure":
        value = Decimal(drawn.choice((1, 2, 2, 3, 3)))
    elif fact.question.kind == "points":
        value, reason = fact.criterion.max - drawn.randrange(6), "两次暗访，公开栏与台账基本相符"
    home = township_of(unit.code)
    by = staff(Role.FILLER, unit.code) if fact.source == "village" else staff(Role.TOWNSHIP_OFFICE, home)
    return ProgrammeAnswer(
        cycle=cycle, unit=unit, item=fact.item, typed=plain(value), value=value, reason=reason, by=by
    )
