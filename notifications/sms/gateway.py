"""The gateway for short messages as the operator describes it in the file that ``SMS_GATEWAY`` names.

It is read before Django starts, so that a mistake is one line at every entry point: no model is imported here.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from records.ports import has_true_port

BLANKS = {"mobile", "text", "id", "seconds", "milliseconds", "secret", "signature"}


class Undescribed(Exception):
    """The file cannot be used; the message says why, without its content: it holds a secret."""


def _template(typed: str) -> str:
    try:
        blanks = list(Formatter().parse(typed))
    except ValueError as wrong:
        raise ValueError(f"not a template: {wrong}") from None
    for _literal, name, spec, conversion in blanks:
        if name is not None and (name not in BLANKS or spec or conversion):
            raise ValueError(f"only {', '.join(sorted(f'{{{blank}}}' for blank in BLANKS))} may be filled in")
    return typed


Template = Annotated[str, AfterValidator(_template)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signature(Part):
    of: Template
    method: Literal["md5", "sha1", "sha256", "hmac-md5", "hmac-sha1", "hmac-sha256"] = "hmac-sha256"
    written: Literal["hex", "HEX", "base64"] = "hex"

    @model_validator(mode="after")
    def _not_of_itself(self) -> "Signature":
        if "{signature}" in self.of:
            raise ValueError("a signature cannot be of itself")
        return self

    def made(self, values: Mapping[str, str]) -> str:
        said = self.of.format_map(values).encode()
        name = self.method.removeprefix("hmac-")
        if self.method.startswith("hmac-"):
            raw = hmac.new(values["secret"].encode(), said, name).digest()
        else:
            raw = hashlib.new(name, said).digest()
        if self.written == "base64":
            return base64.b64encode(raw).decode()
        return raw.hex().upper() if self.written == "HEX" else raw.hex()


class Success(Part):
    """What the answer must say beside a status of 200 to 299: ``field`` is a path in its JSON, such as data.code."""

    field: str = ""
    equals: str | int | bool = ""
    contains: str = ""

    def met_by(self, body: bytes) -> bool:
        if self.contains and self.contains not in body.decode(errors="replace"):
            return False
        return not self.field or self._found(body) == self.equals

    def _found(self, body: bytes) -> Any:
        """As text where text is expected: gateways write 0 and "0"."""
        try:
            found = json.loads(body)
            for step in self.field.split("."):
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None
        if type(self.equals) is str and type(found) in (int, float):
            return str(found)
        return found if type(found) is type(self.equals) else None


class Gateway(Part):
    address: Template
    method: Literal["POST", "GET"] = "POST"
    sent_as: Literal["form", "json"] = "form"
    fields: dict[str, Template] = Field(min_length=1)
    headers: dict[str, Template] = {}
    signature: Signature | None = None
    secret: str = Field(default="", repr=False)
    success: Success
    a_day: int = Field(ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _whole(self) -> "Gateway":
        places = [self.address, *self.fields.values(), *self.headers.values()]
        parts = urlsplit(self.address)
        if not has_true_port(self.address):
            raise ValueError("address: expected a port from 1 to 65535")
        if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc:
            raise ValueError("address: expected http:// or https:// and a host")
        for needed in ("{mobile}", "{text}"):
            if not any(needed in place for place in places):
                raise ValueError(f"no field holds {needed}")
        if self.signature is None and any("{signature}" in place for place in places):
            raise ValueError("{signature} is used, and signature is missing")
        if not self.success.field and not self.success.contains:
            raise ValueError("success: field and equals, or contains, is missing")
        return self

    def request(self, values: Mapping[str, str]) -> tuple[str, bytes, dict[str, str]]:
        """Address, body and headers for one message; ``values`` has all blanks but secret and signature."""
        values = {**values, "secret": self.secret}
        values["signature"] = self.signature.made(values) if self.signature else ""
        filled = {name: template.format_map(values) for name, template in self.fields.items()}
        headers = {name: template.format_map(values) for name, template in self.headers.items()}
        quoted = {name: urlencode({"": value})[1:] for name, value in values.items()}
        address = self.address.format_map(quoted)
        if self.method == "GET":
            return f"{address}{'&' if '?' in address else '?'}{urlencode(filled)}", b"", headers
        if self.sent_as == "json":
            kind, body = "application/json; charset=utf-8", json.dumps(filled, ensure_ascii=False)
        else:
            kind, body = "application/x-www-form-urlencoded; charset=utf-8", urlencode(filled)
        return address, body.encode(), {"Content-Type": kind, **headers}


def read(path: str) -> Gateway | None:
    """The gateway that a file describes; None where there is none. Raises ``Undescribed``."""
    if not path:
        return None
    try:
        return Gateway.model_validate_json(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as refused:
        raise Undescribed(f"cannot be read ({type(refused).__name__})") from None
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Undescribed(f"{place}: {first['msg']}" if place else first["msg"]) from None
