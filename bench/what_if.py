"""A draft tried on a county of 600 villages: the page from press to picture against the calculation alone (< 2 s)."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from statistics import median

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from bench import county
from bench.measure import once, say
from ratings.allowance.comparison import judge_both
from ratings.models import Answer, Application, Cycle, Scheme
from ratings.scheme.reading import check_scheme
from ratings.scoring.unit_facts import UnitFacts
from tests.factories import UnitFactory, person
from villages.models import Level, Unit

COUNTY, VILLAGES, TIMES = "330624", 600, 5
SECONDS, RATIO = 2, 2.5


def run() -> None:
    facts, draft, old = prepare()
    client = Client()
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    address = reverse("scheme_what_if", args=[draft.pk])
    new, before = check_scheme(draft.body), check_scheme(old.body)
    shown = Application.objects.count()
    client.get(address)
    times = [
        (
            once(lambda: client.get(address)),
            once(lambda: judge_both(new, before, facts, facts, date(old.year, 12, 31))),
        )
        for _time in range(TIMES)
    ]
    page, alone = (median(column) for column in zip(*times, strict=True))
    say(
        "what-if page / calculation alone",
        page / alone,
        RATIO,
        f"{shown} villages in {page:.2f} s, alone {alone:.2f} s",
    )
    say("what-if page in seconds", page, SECONDS)


def prepare() -> tuple[dict[str, UnitFacts], Scheme, Scheme]:
    """The facts, kept as answers under an issued scheme; and a draft with other lines and tiers."""
    place = UnitFactory(code=COUNTY)
    body = county.scheme(COUNTY).body
    old = Scheme.objects.create(
        unit=place, year=body["year"], name="old", state="issued", issued_at=timezone.now(), body=body
    )
    changed = deepcopy(body) | {"year": body["year"] + 1}
    for line in changed["stars"]:
        line["total"] = line["total"] + 1 if line.get("total") else line.get("total")
    for criterion in (c for area in changed["areas"] for c in area["criteria"] if c["method"] == "deduction"):
        for item in criterion["items"]:
            item["per"] = item.get("per", 0) and item["per"] * Decimal("1.5")
    draft = Scheme.objects.create(unit=place, year=changed["year"], name="new", body=changed)
    facts = dict(county.units(old.spec, county.codes(COUNTY, VILLAGES)))
    for code in sorted({code[:9] for code in facts}):
        UnitFactory(code=code)
    Unit.objects.bulk_create(
        Unit(code=code, name=code, level=Level.VILLAGE, rated=True, tags=list(of.tags)) for code, of in facts.items()
    )
    cycle = Cycle.objects.create(unit=place, scheme=old, year=old.year, facts_until=date(old.year, 12, 31))
    made = Application.objects.bulk_create(Application(cycle=cycle, unit_id=code) for code in facts)
    Answer.objects.bulk_create(
        (
            Answer(application=one, item=item, typed=str(value), value=value)
            for one in made
            for item, value in facts[one.unit_id].values.items()
        ),
        batch_size=5000,
    )
    return facts, draft, old
