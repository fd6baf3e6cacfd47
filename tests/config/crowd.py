"""Villages about to apply, and who works with them: ``{"villages": [{"application", "token"}], "office": token,
"watcher": {"token", "session"}}``."""

import time

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from accounts.roles import Role
from accounts.workflow import sign_in_program
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)


def crowd(villages: int) -> dict:
    UnitFactory(code=TOWNSHIP)
    body = scheme_body()
    body["areas"][1]["criteria"][1]["supplier"] = "township"
    cycle = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY), body=body))

    def token(role, code):
        return sign_in_program(person(role, code))

    rows = []
    for number in range(villages):
        unit = UnitFactory(code=f"{TOWNSHIP}{200 + number}")
        application = ApplicationFactory(cycle=cycle, unit=unit)
        rows.append({"application": application.pk, "token": token(Role.SIGNER, unit.code)})
    watcher = person(Role.DISCIPLINE, COUNTY)
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(watcher.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: watcher.get_session_auth_hash(),
        }
    )
    session.update(dict.fromkeys(("began", "seen"), int(time.time())))
    session.create()
    return {
        "villages": rows,
        "office": token(Role.TOWNSHIP_OFFICE, TOWNSHIP),
        "watcher": {"token": sign_in_program(watcher), "session": session.session_key},
    }
