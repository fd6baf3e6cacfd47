"""No robot's address leads to private, loopback or link-local addresses, or to ourselves, unless settings say so."""

import socket
from ipaddress import ip_address

import pytest

from notifications.outgoing import addresses, client
from notifications.outgoing.failures import Failure
from tests.notifications.receiver import OK, receiving, status

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1"),
    *("ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a00:1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b:1::a00:1", "2001:0:7f00:1::1"),
]
OUTSIDE = ["110.75.1.1", "8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def answering(*rounds: list[str]):
    """A resolver whose answer changes from one question to the next."""
    left = list(rounds)

    def getaddrinfo(host, port, *_args, **_more):
        found = left.pop(0) if len(left) > 1 else left[0]
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [(kinds[ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return getaddrinfo


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address):
    assert not addresses.is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside(address):
    assert addresses.is_public(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", answering([address]))
    with pytest.raises(Failure) as refused:
        client.send("POST", "http://robot.example/", b"", {})
    assert (refused.value.problem, refused.value.detail) == ("inside", str(ip_address(address)))


def test_one_address_inside_among_others_is_enough(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(Failure, match="inside"):
        client.send("POST", "http://robot.example/", b"", {})


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "017700000001", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_other_spellings_of_loopback(host):
    with receiving() as receiver, pytest.raises(Failure) as refused:
        client.send("POST", f"http://{host}:{receiver.port}/", b"", {})
    assert refused.value.problem == "inside"
    assert receiver.got == []


def test_a_name_cannot_change_between_check_and_connection(monkeypatch):
    """It is resolved once, and what was checked is connected to; nothing asks the resolver again."""
    asked = []
    resolver = answering(["203.0.113.9"], ["127.0.0.1"])

    def getaddrinfo(host, *args, **more):
        asked.append(host)
        return resolver(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "203.0.113.9")
    connected = []
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *_args, **_more: connected.append(address) or _refuse()
    )
    with receiving() as receiver, pytest.raises(Failure, match="refused"):
        client.send("POST", f"http://robot.example:{receiver.port}/", b"", {})
    assert (asked, connected, receiver.got) == (["robot.example"], [("203.0.113.9", receiver.port)], [])


def _refuse():
    raise ConnectionRefusedError


def test_our_own_public_address_is_not_reached(monkeypatch):
    """The kernel tells: to ourselves it would send from the same address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("8.8.8.8", 53))
        except OSError:
            pytest.skip("this machine has no way outside")
        own = ip_address(probe.getsockname()[0])
    assert addresses.is_own(own)
    assert not addresses.is_own(ip_address("8.8.8.8"))


@pytest.mark.parametrize("named", ["localhost", "localhost:{port}", "LOCALHOST"])
def test_hosts_that_the_settings_name_are_reached(settings, named):
    with receiving() as receiver:
        settings.ROBOT_HOSTS = frozenset({named.lower().format(port=receiver.port)})
        assert client.send("POST", receiver.url(host="localhost"), b"x", {}).status == 200
        settings.ROBOT_HOSTS = frozenset({f"localhost:{receiver.port + 1}"})
        with pytest.raises(Failure, match="inside"):
            client.send("POST", receiver.url(host="localhost"), b"x", {})
    assert len(receiver.got) == 1


def test_a_redirect_is_not_followed(settings):
    settings.ROBOT_HOSTS = frozenset({"127.0.0.1"})
    with receiving() as other, receiving(status(307, Location=other.url())) as receiver:
        assert client.send("POST", receiver.url(), b"x", {}).status == 307
        assert other.got == []


def test_no_more_than_64_kib_of_an_answer_are_read(settings):
    settings.ROBOT_HOSTS = frozenset({"127.0.0.1"})
    with receiving(status(200, b"x" * 10**6)) as receiver:
        assert client.send("POST", receiver.url(), b"", {}).body == b"x" * 65536


def test_the_proxy_gets_what_leads_outside_and_never_what_leads_inside(settings):
    with receiving(OK) as proxy:
        settings.ROBOT_PROXY = f"http://127.0.0.1:{proxy.port}"
        assert client.send("POST", "http://robot.invalid/send?x=1", b"x", {}).status == 200
        assert [got.path for got in proxy.got] == ["http://robot.invalid:80/send?x=1"]
        with pytest.raises(Failure, match="inside"):
            client.send("POST", "http://169.254.169.254/latest", b"x", {})
        assert len(proxy.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "http:///x",
        "https://u:p@a.example/",
        "http://a.example:99999/",
        "http://a.example:0/",
        "http://a b/",
        "gopher:x",
    ]
    + ["http://a.example/\r\nX: y"],
)
def test_addresses_that_are_none(url):
    with pytest.raises(Failure, match="bad_address"):
        client.send("POST", url, b"", {})


def test_a_resolver_that_does_not_answer_ends_with_the_try(settings, monkeypatch):
    settings.ROBOT_SECONDS = 0.1
    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_m: receiver.closing.wait(20) and [])
        with pytest.raises(Failure, match="slow_name"):
            client.send("POST", "http://robot.example/", b"", {})
