"""The API does as its own description says: what schemathesis makes of that is sent to every address, about a real
object and by somebody who may, and answered as described."""

from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.roles import ROLES
from config.openapi import SchemaMadeOnce
from tests.route_access import PUBLIC, SIGNED_IN
from tests.route_permissions import API, DOORS
from tests.two_tenants import Person

pytestmark = pytest.mark.django_db
SERVER = "http://testserver"
EXAMPLES = 3
"""Where something can be sent: the least that is described, and two at random (each time the same)."""
DESCRIBED = sorted(set(API) - {"api-docs", "api-schema"})
AS_DESCRIBED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def description():
    return schemathesis.openapi.from_dict(SchemaMadeOnce().get_schema())


@pytest.mark.parametrize(("name", "method"), [(name, method) for name in DESCRIBED for method in API[name].ways])
def test_answers_are_as_described(world, description, name, method):
    path, _mark, asked = DOORS[name].address(name, world).partition("?")
    operation = description.find_operation_by_path(method.upper(), path)
    assert operation is not None, f"{method} {path} is not described"
    client = world.clients[_who_may(world, API[name].ways[method])]

    varied = bool(operation.query or operation.body)

    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES if varied else 1, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def ask(case):
        sent = requests.Request(**case.as_transport_kwargs(base_url=SERVER)).prepare()
        query = sent.url.partition("?")[2] or asked
        with transaction.atomic():
            answer = client.generic(
                sent.method,
                f"{path}?{query}",
                sent.body or b"",
                sent.headers.get("Content-Type", "application/octet-stream"),
            )
            told = _told(answer, sent)
            transaction.set_rollback(True)
        case.validate_response(told, checks=AS_DESCRIBED)

    ask()


def _who_may(world: SimpleNamespace, who: Any) -> str:
    """Of those who may, who may most; where nobody may with this object, one who finds it missing."""
    if who == PUBLIC:
        return "nobody"
    may = [name for name, one in world.people.items() if one.role and (who == SIGNED_IN or who.lets_in(one, world))]
    return max(may, key=lambda name: _breadth(world.people[name]), default="discipline")


def _breadth(person: Person) -> tuple[bool, int]:
    return person.of_the_first, len(ROLES[person.role].permissions)


def _told(answer: HttpResponse, sent: requests.PreparedRequest) -> Response:
    """As schemathesis reads it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {name: [value] for name, value in answer.headers.items()}
    phrase = HTTPStatus(answer.status_code).phrase
    return Response(answer.status_code, headers, content, sent, elapsed=0, verify=False, message=phrase)
