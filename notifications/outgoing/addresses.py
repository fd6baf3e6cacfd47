"""Which addresses a robot's name may lead to (formats §8): public ones, or those of hosts that the settings name.

The check runs on the address that is then connected to, so a name cannot change between check and connection.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread

from django.conf import settings

from notifications.outgoing.failures import Failure

GLOBAL_UNICAST, NAT64 = ip_network("2000::/3"), ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


def named(host: str, port: int) -> bool:
    """Whether ``ROBOT_HOSTS`` names the host (each entry a host, or host:port for a single port)."""
    host = host.strip("[]").lower()
    return not {host, f"{host}:{port}", f"[{host}]:{port}"}.isdisjoint(settings.ROBOT_HOSTS)


def reachable(host: str, port: int, seconds: float) -> list[str]:
    """The addresses to connect to. Raises ``Failure`` where the name resolves to one that is not allowed."""
    found = resolve(host, port, seconds)
    if not named(host, port) and (inside := next((one for one in found if not is_public(one)), None)):
        raise Failure("inside", str(inside))
    return [str(one) for one in found]


def leads_inside(host: str, port: int) -> bool:
    """Whether a host given by number, in any spelling, is not allowed. Asks no resolver."""
    try:
        found = resolve(host, port, 1, socket.AI_NUMERICHOST)
    except Failure:
        return False
    return not named(host, port) and not all(map(is_public, found))


def resolve(host: str, port: int, seconds: float, flags: int = 0) -> list[Address]:
    """All addresses of a name. The system's resolver knows no deadline, so it is asked beside us.

    Raises ``Failure``.
    """
    answer: list[Iterable] = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
        except (OSError, UnicodeError):
            answer.append(())

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not answer:
        raise Failure("slow_name", host)
    found = list(dict.fromkeys(ip_address(entry[4][0].partition("%")[0]) for entry in answer[0]))
    if not found:
        raise Failure("unknown_name", host)
    return found


def is_public(address: Address) -> bool:
    """Neither private, loopback, link-local, multicast nor reserved, nor carrying such an IPv4 address, nor our own."""
    if address.version == 6 and not address.ipv4_mapped and address not in GLOBAL_UNICAST and address not in NAT64:
        return False
    return all(one.is_global and not one.is_multicast for one in _carried(address)) and not is_own(address)


def is_own(address: Address) -> bool:
    """Whether the address is one of this machine: then the kernel would send from the very same (nothing is sent)."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0].partition("%")[0]) == address
    except OSError:  # no way there: the connection will say so
        return False


def _carried(address: Address) -> list[Address]:
    """The address, or the IPv4 addresses that it stands for: mapped, NAT64, and those inside 6to4 and Teredo."""
    if address.version == 4:
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *filter(None, [address.sixtofour, *(address.teredo or ())])]
