"""People who may not know of a held event get the same response, to the byte, as if it had not been recorded."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Appointment
from followups.tasks import escalate
from honours.tasks import follow_honours
from incentives.tasks import review_clawbacks
from ratings.events.happening import Happening
from ratings.events.rectification import RectificationOrder
from ratings.models import Event
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from ratings.workflow import event_files
from reminders.tasks import remind
from reports.tasks import refresh_leads, refresh_rollups, refresh_warnings
from tests.factories import AppointmentFactory
from tests.requests_by_role import knock
from tests.route_access import PUBLIC
from tests.route_permissions import DOORS
from tests.small_files import PNG

pytestmark = pytest.mark.django_db
READERS = {
    "nobody": [],
    "signer": ["signer"],
    "county_office": ["county_office", "finance", "department"],
    "county_office2": ["county_office2"],
}
"""The public, the village itself, one who leads the rating above it, pays there and is asked for facts, and one who
leads in another county: each with the accounts whose posts they hold."""
JOBS = [refresh_warnings, refresh_rollups, refresh_leads, escalate, remind, follow_honours, review_clawbacks]
LISTS = ["events", "followups", "warnings", "register", "register_runs", "public_register_place"]
"""Those that leave as a workbook, too."""
ELSEWHERE = {"readyz", "openid_connect_login", "openid_connect_callback"}
OF_THE_REQUEST = re.compile(r'csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": ?"\w+"|nonce[-=]"?[\w+/=-]+|[0-9a-f]{32}')
"""What differs between two answers to the same question: tokens, nonces, keys of previews, numbers of requests."""


def may_open(world, reader: str, door) -> bool:
    """Others find nothing there, whatever is recorded (``tests/access_isolation.py``). What is public is the same for
    everybody who has an account."""
    who = door.ways.get("get")
    if who == PUBLIC:
        return reader in ("nobody", "signer")
    if who is None or reader == "nobody":
        return False
    return not hasattr(who, "lets_in") or any(who.lets_in(world.people[name], world) for name in READERS[reader])


def do_the_jobs_of_a_day() -> None:
    for job in JOBS:
        job()
    rerate("")


def answers(world, reader: str) -> dict[str, tuple[int, str]]:
    """What the reader is shown."""
    found = {}
    knock(world, reader, "get", reverse("home"))  # counts anew what waits; the menus of other pages remember it
    doors = {name: door for name, door in DOORS.items() if name not in ELSEWHERE and may_open(world, reader, door)}
    addresses = {name: doors[name].address(name, world) for name in sorted(doors)}
    workbooks = [f"{addresses[name]}?as=xlsx" for name in LISTS if name in doors]
    for address in [*addresses.values(), *workbooks]:
        answer = knock(world, reader, "get", address)
        found[address] = (answer.status_code, OF_THE_REQUEST.sub("", answer.text_shown))
    return found


@pytest.fixture(autouse=True)
def _asked_for_no_password(settings):
    """However long the requests take: a page that wants a recent password would differ by that alone."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 10**7


def give_posts(world) -> None:
    for reader, names in READERS.items():
        for post in Appointment.objects.filter(user__username__in=set(names) - {reader}):
            AppointmentFactory(
                user=world.people[reader].user, role=post.role, unit=post.unit, department=post.department
            )


def test_a_held_event_changes_no_answer_to_others(world):
    give_posts(world)
    do_the_jobs_of_a_day()
    before = {reader: answers(world, reader) for reader in READERS}
    shown = {reader: sum(status == 200 for status, _text in found.values()) for reader, found in before.items()}
    assert min(shown.values()) > 40
    with transaction.atomic():
        held = events.record(
            Happening(
                world.first.village,
                kind="spot_check_failed",
                on=timezone.localdate(),
                note="暂不公开的抽查",
                source="举报件九号",
                held=True,
                rectification=RectificationOrder(world.first.township, 15),
                person="暂不公开的人",
            ),
            by=world.first.who.discipline,
        )
        papers = [
            event_files.attach(held, SimpleUploadedFile(f"{n}.png", PNG), commission=n == 0, by=held.recorded_by)
            for n in range(2)
        ]
        own = reverse("event", args=[held.pk])
        assert "暂不公开的抽查" in knock(world, "discipline", "get", own).text_shown  # it exists
        addresses = [reverse("event_file", args=[held.pk, paper.pk]) for paper in papers]
        assert {knock(world, "discipline", "get", address).status_code for address in addresses} == {200}
        do_the_jobs_of_a_day()
        after = {reader: answers(world, reader) for reader in READERS}
        told = {reader: _told(world, reader, held.pk) for reader in READERS if reader != "nobody"}
        unseen = {
            knock(world, reader, "get", address).status_code
            for reader in READERS
            if reader != "nobody"
            for address in addresses
        }
        transaction.set_rollback(True)
    assert unseen == {404}
    for reader in READERS:
        changed = {address: now for address, now in after[reader].items() if now != before[reader][address]}
        assert (reader, changed) == (reader, {})
    assert {reader: pairs for reader, pairs in told.items() if any(there != made_up for there, made_up in pairs)} == {}
    assert not Event.objects.filter(source="举报件九号").exists()


def _told(world, reader: str, event: int) -> list[list[tuple[int, str]]]:
    """What is said of the event, and of one that does not exist."""
    return [
        [
            (answer.status_code, OF_THE_REQUEST.sub("", answer.text_shown))
            for answer in (knock(world, reader, "get", reverse(name, args=[pk])) for pk in (event, 987654321))
        ]
        for name in ("event", "appeal_event", "api-event-detail")
    ]
