"""Whose address is recorded: the sender's, as reported only by our own proxies."""

from ipaddress import ip_network

import pytest
from django.urls import reverse

from accounts.models import UserEvent
from accounts.roles import Role
from records.client_ip import address_of
from tests.factories import TOWNSHIP, VILLAGE, UnitFactory, person

PROXY, INNER, SENDER = "10.0.0.7", "192.168.1.2", "203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "from_address", "forwarded", "expected"),
    [
        ([], PROXY, SENDER, PROXY),
        ([PROXY], SENDER, "198.51.100.1", SENDER),
        ([PROXY], PROXY, SENDER, SENDER),
        ([PROXY], PROXY, f"198.51.100.1, {SENDER}", SENDER),
        ([PROXY], PROXY, f"{SENDER}, {INNER}", INNER),
        ([PROXY, INNER], PROXY, f"198.51.100.1,{SENDER},{INNER}", SENDER),
        (["10.0.0.0/8", INNER], PROXY, f"{SENDER}, {INNER}", SENDER),
        ([PROXY], PROXY, "", PROXY),
        ([PROXY], PROXY, "nonsense", PROXY),
        ([PROXY], PROXY, f"{SENDER}, nonsense", PROXY),
        ([PROXY], PROXY, PROXY, PROXY),
        ([PROXY], f"::ffff:{PROXY}", "2001:db8::1", "2001:db8::1"),
        ([PROXY], "", SENDER, ""),
    ],
)
def test_the_address_is_read_as_far_as_ours_wrote_it(rf, settings, proxies, from_address, forwarded, expected):
    settings.PROXIES = [ip_network(proxy) for proxy in proxies]
    request = rf.get("/", REMOTE_ADDR=from_address, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "kept"), [([], PROXY), ([PROXY], SENDER)])
def test_the_trail_keeps_it(client, settings, proxies, kept):
    settings.PROXIES = [ip_network(proxy) for proxy in proxies]
    UnitFactory(code=VILLAGE)
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    given = {"name": "俞小明", "role": Role.FILLER, "unit": VILLAGE, "starts": "2026-01-01"}
    page = reverse("appointment_new")
    given["key"] = client.get(page).context["key"]
    client.post(page, given, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=SENDER)
    assert UserEvent.objects.filter(name="俞小明").latest("pgh_id").pgh_context["address"] == kept


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["account_login", "api-token"])
def test_wrong_passwords_behind_a_proxy_shut_out_their_sender_alone(client, settings, door):
    settings.PROXIES = [ip_network(PROXY)]
    person(Role.FILLER, VILLAGE, username="filler", password="Right-2026-pass")
    statuses = {}
    for sender in [SENDER] * 5 + ["198.51.100.1"]:
        given = {"login": "filler", "username": "filler", "password": "wrong"}
        answer = client.post(reverse(door), given, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=sender)
        statuses[sender] = answer.status_code
    assert (statuses[SENDER], statuses["198.51.100.1"] == 429) == (429, False)
