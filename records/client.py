"""From where a request came: the sender's own address, also behind proxies of ours (README, ``PROXIES``)."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def address_of(request: HttpRequest) -> str:
    """The sender's address; "" where nobody can say it (a socket).

    ``X-Forwarded-For`` grows at its right end, so it is read from there, and only as far as hands that we trust wrote
    it: past every proxy of ours to the first address that is none of them. What stands further left is hearsay.
    """
    address = _read(request.META.get("REMOTE_ADDR", ""))
    hops = [_read(hop) for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while hops and address is not None and _is_ours(address):
        before = hops.pop()
        if before is None:
            break
        address = before
    return str(address or "")


def _is_ours(address: Address) -> bool:
    return any(address in network for network in settings.PROXIES)


def _read(text: str) -> Address | None:
    """An IPv4 address stays one when a server that listens on IPv6 names it (``::ffff:10.0.0.1``)."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
