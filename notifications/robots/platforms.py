"""What each platform wants to be sent, and what it answers when it has taken it (formats §8)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from notifications.models import Robot, RobotMessage
from notifications.models.robot import Platform
from notifications.outgoing import client
from notifications.outgoing.failures import Failure
from notifications.robots import wording

WECOM_BYTES = 4096
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    url: str
    body: bytes
    headers: Mapping[str, str]


def deliver(robot: Robot, message: RobotMessage) -> None:
    """Send it once. Raises ``Failure`` unless the platform says that it was taken."""
    request = REQUESTS[robot.platform](robot, message)
    answer = client.send("POST", request.url, request.body, {"Content-Type": JSON, **request.headers})
    if 300 <= answer.status < 400:
        raise Failure("redirect", str(answer.status))
    if not 200 <= answer.status < 300:
        raise Failure("status", str(answer.status))
    if robot.platform != Platform.WEBHOOK:
        _require_taken(answer.body)


def _require_taken(body: bytes) -> None:
    try:
        said = json.loads(body)
        code = said["errcode"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Failure("no_errcode", body[:100].decode(errors="replace")) from None
    if type(code) is not int or code != 0:
        raise Failure("errcode", f"{code} {said.get('errmsg', '')}")


def _dingtalk(robot: Robot, message: RobotMessage) -> Request:
    text = f"{wording.text_of(message)}\n\n{_link(message)}"
    return Request(
        signed(robot.address, robot.secret, time.time_ns() // 10**6),
        _json({"msgtype": "markdown", "markdown": {"title": wording.title(), "text": text}}),
        {},
    )


def signed(address: str, secret: str, milliseconds: int) -> str:
    """The address with DingTalk's signature of this moment."""
    if not secret:
        return address
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote(base64.b64encode(digest), safe="")
    bare = address.partition("#")[0]
    return f"{bare}{'&' if '?' in bare else '?'}timestamp={milliseconds}&sign={sign}"


def _wecom(robot: Robot, message: RobotMessage) -> Request:
    content = cut(wording.text_of(message), f"\n{_link(message)}", WECOM_BYTES)
    return Request(robot.address, _json({"msgtype": "markdown", "markdown": {"content": content}}), {})


def cut(text: str, end: str, most: int) -> str:
    """``text`` and ``end`` in at most ``most`` bytes of UTF-8: the text is cut at a character, the end is kept."""
    room = most - len(end.encode())
    if len(text.encode()) > room:
        mark = "…"
        text = text.encode()[: room - len(mark.encode())].decode(errors="ignore") + mark
    return text + end


def _webhook(robot: Robot, message: RobotMessage) -> Request:
    said: dict[str, Any] = {
        "id": str(message.delivery_id),
        "kind": message.kind,
        "text": wording.text_of(message),
        "link": wording.full_link(message),
        "unit": robot.unit_id,
        "at": message.created_at.isoformat(),
    }
    body = _json(said)
    headers = {"X-Pingxing-Delivery": str(message.delivery_id)}
    if robot.secret:
        mac = hmac.new(robot.secret.encode(), body, hashlib.sha256).hexdigest()
        headers["X-Pingxing-Signature"] = f"sha256={mac}"
    return Request(robot.address, body, headers)


def _link(message: RobotMessage) -> str:
    return f"[{wording.invitation()}]({wording.full_link(message)})"


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


REQUESTS: dict[str, Callable[[Robot, RobotMessage], Request]] = {
    Platform.DINGTALK: _dingtalk,
    Platform.WECOM: _wecom,
    Platform.WEBHOOK: _webhook,
}
