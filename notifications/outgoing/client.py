"""One request to somebody else's server, at most ``ROBOT_SECONDS`` in all: name, connection, TLS and every byte.

Redirects are not followed, the environment's proxies are not asked, and no more than 64 KiB of an answer is read.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
import httpcore
from django.conf import settings

from notifications.outgoing import addresses
from notifications.outgoing.failures import Failure
from records.ports import has_true_port

READ_AT_MOST = 64 * 1024
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes


def send(method: str, url: str, body: bytes, headers: Mapping[str, str], *, trusted: bool = False) -> Response:
    """The answer to one request. ``trusted``: the settings name the address, wherever it leads. Raises ``Failure``."""
    parts = split(url)
    limit = _Limit(settings.ROBOT_SECONDS)
    try:
        with _pool(parts, limit, trusted) as pool:
            target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            address = httpcore.URL(
                scheme=parts.scheme, host=parts.hostname or "", port=parts.port or PORTS[parts.scheme], target=target
            )
            host = parts.netloc.rpartition("@")[2]
            sent = {"Host": host, "Content-Length": str(len(body)), "Accept-Encoding": "identity"} | dict(headers)
            with pool.stream(method, address, headers=list(sent.items()), content=body) as response:
                return Response(response.status, _bounded(response.iter_stream()))
    except Failure:
        raise
    except httpcore.TimeoutException:
        raise Failure("timeout", str(settings.ROBOT_SECONDS)) from None
    except ssl.SSLError as refused:
        raise Failure("tls", str(refused)) from None
    except httpcore.ProxyError as refused:
        raise Failure("proxy", str(refused)) from None
    except httpcore.ConnectError as refused:
        raise Failure("tls" if "SSL" in str(refused) else "refused", str(refused)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as broken:
        raise Failure("broken", str(broken)) from None


def split(url: str) -> SplitResult:
    """The parts of an http or https address with an ASCII host. Raises ``Failure``."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
        port = parts.port
    except (ValueError, UnicodeError):
        raise Failure("bad_address") from None
    named = parts.scheme in PORTS and host and has_true_port(url)
    if not named or parts.username or parts.password or not url.isprintable() or " " in url:
        raise Failure("bad_address")
    host = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{host}:{port}" if port else host, fragment="")


def _bounded(chunks: Iterable[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) >= READ_AT_MOST:
            break
    return body[:READ_AT_MOST]


def _pool(parts: SplitResult, limit: "_Limit", trusted: bool) -> httpcore.ConnectionPool:
    backend = _Backend(limit, trusted)
    if not settings.ROBOT_PROXY or trusted:
        return httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:  # a closed network may know no outside names: then the proxy alone resolves them
        addresses.reachable(host, port, limit.left())
    except Failure as failure:
        if failure.problem == "inside":
            raise
    proxy = urlsplit(settings.ROBOT_PROXY)
    login = (proxy.username, proxy.password or "") if proxy.username else None
    place = f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}"
    backend.trusted = True  # it connects to the proxy, which the settings name
    return httpcore.HTTPProxy(place, proxy_auth=login, ssl_context=_tls(), network_backend=backend)


@cache
def _tls() -> ssl.SSLContext:
    """The machine's authorities (an office's own among them), and certifi's where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Limit:
    """How much of the time for one try is left."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        if (left := self.ends - time.monotonic()) <= 0:
            raise httpcore.ReadTimeout
        return left


class _Backend(httpcore.SyncBackend):
    """Connects to the addresses that were checked, never to a name."""

    def __init__(self, limit: _Limit, trusted: bool) -> None:
        self.limit = limit
        self.trusted = trusted

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *others: Any, **more: Any
    ) -> httpcore.NetworkStream:
        if self.trusted:
            found = [str(one) for one in addresses.resolve(host, port, self.limit.left())]
        else:
            found = addresses.reachable(host, port, self.limit.left())
        for one in found[:-1]:
            try:
                return _Stream(super().connect_tcp(one, port, self.limit.left(), *others, **more), self.limit)
            except httpcore.ConnectError:
                continue
        return _Stream(super().connect_tcp(found[-1], port, self.limit.left(), *others, **more), self.limit)


class _Stream(httpcore.NetworkStream):
    """Every step ends with the whole try, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, limit: _Limit) -> None:
        self.stream = stream
        self.limit = limit

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.limit.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.limit.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, self.limit.left()), self.limit)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
