"""A real receiver on loopback: it keeps what it was sent and answers as told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    port: int
    answers: list[Answer] = field(default_factory=list)
    """What is answered, one after the other; the last one for ever."""
    got: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/robot?access_token=abcdef", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def errcode(code: int) -> Answer:
    return status(200, json.dumps({"errcode": code, "errmsg": "said"}).encode())


OK = status(200)


def nothing(handler: BaseHTTPRequestHandler) -> None:
    """Takes it and never answers."""
    handler.server.receiver.closing.wait(20)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A sign now and then, so that no single read ever times out."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.receiver.closing.wait(0.05):
        handler.wfile.write(b" ")


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver.got.append(Received(self.path, dict(self.headers), body))
        answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
        answer(self)

    do_GET = do_CONNECT = do_POST

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(*answers: Answer) -> Iterator[Receiver]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *_: None
    server.daemon_threads = True
    receiver = server.receiver = Receiver(server.server_port, list(answers) or [OK])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
