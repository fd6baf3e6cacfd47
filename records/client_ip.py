"""The client IP address of a request, also behind our own proxies (README, ``PROXIES``)."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
ONE_LINE = 64
"""Bits of an IPv6 address that a telephone or an office keeps: the rest it may choose anew for every request."""


def address_of(request: HttpRequest) -> str:
    """The client's IP address; "" where it is unknown (a socket).

    ``X-Forwarded-For`` grows at its right end, so it is read from there: past our trusted proxies to the first address
    that is not one of them. Anything further left may be forged.
    """
    address = _read(request.META.get("REMOTE_ADDR", ""))
    hops = [_read(hop) for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while hops and address is not None and _is_ours(address):
        before = hops.pop()
        if before is None:
            break
        address = before
    return str(address or "")


def line_of(request: HttpRequest) -> str:
    """``first_of_line`` of the client's IP address."""
    return first_of_line(address_of(request))


def first_of_line(address: str) -> str:
    """Who counts as one where wrong passwords and anonymous senders are counted: an IPv4 address, or of a line's whole
    range of IPv6 the first."""
    one = _read(address)
    return str(IPv6Network((one, ONE_LINE), strict=False).network_address) if isinstance(one, IPv6Address) else address


def _is_ours(address: Address) -> bool:
    return any(address in network for network in settings.PROXIES)


def _read(text: str) -> Address | None:
    """The IPv4 address inside one mapped to IPv6 (``::ffff:10.0.0.1``)."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
