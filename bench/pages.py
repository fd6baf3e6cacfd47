"""The main pages against a bare one of fifty rows (architecture §5): work, queries and size, at two scales.

Measured is the processor's time of this process and of its database backend: how long a page takes by the clock depends
on what else the machine does. The database must run on this machine; its parallel workers are not counted.
"""

import csv
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from bench import database, nation
from bench.changes import CHANGES
from bench.measure import processor_seconds, say
from followups.models import FollowUp
from ratings.models import Application, Event
from ratings.workflow.register import import_register
from reports import rollups
from tests.factories import person
from villages.division_import import import_units
from villages.models import Unit

TIMES = 15
BARE = "/bench-bare/"
STATEMENTS, REPEATS = 12, 2
PROVINCE, CITY = "33", "3306"
AFTER = ", after "


def run() -> None:
    logging.disable(logging.WARNING)
    call_command("load_demonstration", verbosity=0)
    person(Role.CITY_LEADER, PROVINCE, username="province_leader")
    person(Role.AUDITOR, CITY, username="city_auditor")
    here = counted_and_measured("Shaoxing")
    grow()
    there = counted_and_measured("nation")
    for name, ratio in there.items():
        say(f"nation / Shaoxing: {name}", ratio / here[name], 1.25)


def pages() -> Iterator[tuple[str, str, str, float]]:
    """The pages to open: name, account, address, and the allowed multiple of the bare page.

    A dashboard that has been drawn is kept until something changes, as it does before each opening where a name says
    so; ``{day}`` stands for a day as of which it has not been drawn yet.
    """
    application = Application.objects.filter(cycle__year=2026)
    mine = application.get(unit="330624108204").pk
    decided = Application.objects.filter(cycle__year=2025, unit="330624108204").get().pk
    happened = Event.objects.filter(unit__code__startswith="330624", closed=None, held=False).earliest("pk").pk
    waiting = FollowUp.objects.waiting().filter(responsible_unit="330624108").earliest("pk").pk
    yield "list of applications", "township_office", "/applications/", 8
    yield "list of the register", "discipline", "/register/", 8
    yield "list of units", "county_office", "/units/", 8
    yield "list of events", "discipline", "/events/", 8
    yield "list of decisions to make", "county_office", "/reviews/decisions/", 8
    yield "home", "county_office", "/", 10
    yield "home of a village", "signer", "/", 10
    yield "application", "township_office", f"/applications/{mine}/", 10
    yield "form", "filler", f"/applications/{mine}/form/", 10
    yield "result", "discipline", f"/results/{decided}/", 12
    yield "unit in the register", "discipline", "/register/330624108204/", 8
    yield "a village's file", "discipline", "/register/330624108204/file/", 10
    yield "money at a glance", "finance", "/money/overview/330624/", 12
    yield "audit trail", "city_auditor", "/trail/", 12
    yield "what is due", "county_office", "/due/", 12
    yield "an event", "discipline", f"/events/{happened}/", 12
    yield "a follow-up", "township_office", f"/follow-ups/{waiting}/", 12
    yield "results of a programme", "signer", "/public/programmes/1/", 12
    yield "reports", "city_leader", "/reports/", 12
    yield "dashboard of a county", "discipline", "/dashboard/330624/", 12
    yield "dashboard of a city", "city_leader", "/dashboard/3306/", 12
    for change in CHANGES:
        yield f"dashboard of a county{AFTER}{change}", "discipline", "/dashboard/330624/", 12
        yield f"dashboard of a city{AFTER}{change}", "city_leader", "/dashboard/3306/", 12
    yield "dashboard of a county, drawn anew", "discipline", "/dashboard/330624/?day={day}", 12
    yield "dashboard of a city, drawn anew", "city_leader", "/dashboard/3306/?day={day}", 12
    yield "dashboard of a province", "province_leader", f"/dashboard/{PROVINCE}/", 12


_days_ago = count(1)


def filled(address: str) -> str:
    return address.format(day=timezone.localdate() - timedelta(next(_days_ago))) if "{day}" in address else address


def happen(name: str) -> None:
    """The change after which the page of this ``name`` is opened."""
    _page, after, change = name.partition(AFTER)
    if after:
        CHANGES[change]()


def counted_and_measured(scale: str) -> dict[str, float]:
    """After the provinces were counted, as every hour does, and the server has looked over what was written, as it does
    by itself within minutes."""
    rollups.refresh(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return measured(scale)


def measured(scale: str) -> dict[str, float]:
    """The multiples of the bare page, each with its queries and size."""
    stranger = Client()
    backend = database.backend()
    found = {}
    for name, account, address, level in pages():
        client = Client()
        client.force_login(User.objects.get(username=account))
        answer = client.get(filled(address))
        if answer.status_code != 200:
            print(f"{name}: {address} answers {answer.status_code}", flush=True)
            continue
        happen(name)
        with CaptureQueriesContext(connection) as queries:
            client.get(filled(address))
        statements = Counter(query["sql"] for query in queries)
        # Alternating, so that other load on the machine slows both: caches are shared.
        opened = ((lambda: stranger.get(BARE)), (lambda c=client, a=address: c.get(filled(a))))
        times = []
        for _n in range(TIMES):
            happen(name)
            times.append(tuple(processor_seconds(work, backend) for work in opened))
        bare, took = (median(column) for column in zip(*times, strict=True))
        found[name] = took / bare
        size = len(answer.content) / 1024
        said = f"{took * 1000:.0f} ms; {statements.total()} statements, at most {max(statements.values())} alike"
        said += f", {size:.0f} KiB"
        if statements.total() > STATEMENTS or max(statements.values()) > REPEATS:
            said += "  ABOVE"
        say(f"{scale}: {name}", found[name], level, said)
    return found


def grow() -> None:
    """The nation's units, and a star decided on paper for every village."""
    import_units(nation.files())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["unit", "star", "on", "document"])
            for number, code in enumerate(new_villages()):
                writer.writerow([code, number % 6, "2025-12-26", "1"])
        import_register(path, by=None)


def new_villages() -> Iterator[str]:
    return Unit.objects.rated().filter(decisions=None).values_list("code", flat=True).iterator(10_000)
