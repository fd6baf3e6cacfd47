"""People who may not know of a held event get the same response, to the byte, as if it had not been recorded."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

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
from tests.requests_by_role import knock
from tests.route_permissions import API, DOORS
from tests.two_tenants import PNG

pytestmark = pytest.mark.django_db
READERS = ["nobody", "signer", "county_office", "finance", "county_office2"]
"""The public, the village itself, who leads the rating above it, who pays there, and who leads in another county."""
JOBS = [refresh_warnings, refresh_rollups, refresh_leads, escalate, remind, follow_honours, review_clawbacks]
LISTS = ["events", "followups", "warnings", "register", "register_runs", "public_register_place"]
"""Those that leave as a workbook, too."""
ELSEWHERE = {"readyz", "openid_connect_login", "openid_connect_callback"}
OF_THE_REQUEST = re.compile(r'csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": ?"\w+"|nonce[-=]"?[\w+/=-]+|[0-9a-f]{32}')
"""What differs between two answers to the same question: tokens, nonces, keys of previews, numbers of requests."""


def answers(world, reader: str) -> dict[str, tuple[int, str]]:
    """What the reader is shown, after the jobs of a day."""
    found = {}
    for job in JOBS:
        job()
    rerate("")
    knock(world, reader, "get", reverse("home"))  # counts anew what waits; the menus of other pages remember it
    doors = {name: door for name, door in DOORS.items() if "get" in door.ways and name not in ELSEWHERE}
    addresses = [doors[name].address(name, world) for name in sorted(doors)]
    for address in [*addresses, *(doors[name].address(name, world) + "?format=xlsx" for name in LISTS)]:
        answer = knock(world, reader, "get", address)
        found[address] = (answer.status_code, OF_THE_REQUEST.sub("", answer.text_shown))
    return found


@pytest.fixture(autouse=True)
def _asked_for_no_password(settings):
    """However long the requests take: a page that wants a recent password would differ by that alone."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 10**7


@pytest.mark.parametrize("reader", READERS)
def test_a_held_event_changes_no_answer_to_others(world, reader):
    before = answers(world, reader)
    assert {status for status, _text in before.values()} >= {200}
    assert len(before) > len(API) // 3
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
        after = answers(world, reader)
        told = [
            [(answer.status_code, OF_THE_REQUEST.sub("", answer.text_shown)) for answer in (there, made_up)]
            for there, made_up in (
                (knock(world, reader, "get", reverse(name, args=[held.pk])), knock(world, reader, "get", nothing))
                for name in ("event", "appeal_event", "api-event-detail")
                for nothing in [reverse(name, args=[987654321])]
            )
        ]
        unseen = [knock(world, reader, "get", address).status_code for address in addresses]
        transaction.set_rollback(True)
    assert reader == "nobody" or unseen == [404, 404]
    assert {address: now for address, now in after.items() if now != before[address]} == {}
    assert [there for there, made_up in told if reader != "nobody" and there != made_up] == []
    assert not Event.objects.filter(source="举报件九号").exists()
