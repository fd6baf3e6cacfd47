"""A headless HTTP client: pages and forms over one kept connection, from an address of the loopback network."""

import http.client
from time import perf_counter
from urllib.parse import urlencode

TOKEN = "x" * 32
"""The same in the cookie and in the form is what the protection against forged forms asks for."""


class Browser:
    """``times`` holds the seconds of each response, ``statuses`` the count of each status."""

    def __init__(self, address: str, session: str = "", sender: str = "127.0.0.1") -> None:
        self.server, self.sender = address.removeprefix("http://"), sender
        self.cookies = f"csrftoken={TOKEN}" + (f"; sessionid={session}" if session else "")
        self.connection = http.client.HTTPConnection(self.server, timeout=60, source_address=(sender, 0))
        self.times: list[float] = []

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, None)

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        return self._send("POST", path, urlencode(fields | {"csrfmiddlewaretoken": TOKEN}))

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        """The status, and the page or its redirect target."""
        headers = {"Cookie": self.cookies, "Accept-Language": "zh-CN"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode(errors="replace")  # a workbook is not text
        self.times.append(perf_counter() - began)
        return answer.status, answer.headers.get("Location") or page
