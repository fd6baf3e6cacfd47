"""Everything that the audit trail can show has its Chinese: tables, columns, the steps in the code; each table has a
redaction or is open for a reason."""

import ast
import re

import pytest
from django.conf import settings
from django.utils import translation

from accounts import audit_trail, audit_words, deputies
from tests.plain_chinese import unchinese_text

APPS = (
    "villages",
    "accounts",
    "followups",
    "reminders",
    "ratings",
    "consultations",
    "reviews",
    "programmes",
    "incentives",
    "improvements",
    "honours",
    "reports",
    "records",
    "notifications",
)
LEAST_STEPS = 70
WITHOUT_A_RIGHT = {
    # Of one's own account, or of the three administrators, for whom nobody stands in.
    "accounts.choose_password",
    "accounts.confirm_calendar_year",
    "accounts.end_token",
    "accounts.erase_contact",
    "accounts.export_trail",
    "accounts.forget_second_factor",
    "accounts.lock",
    "accounts.make_token",
    "accounts.remove_calendar_day",
    "accounts.review_appointments",
    "accounts.set_calendar_day",
    "accounts.set_phone",
    "accounts.sign_in_program",
    "accounts.tie_identity",
    "accounts.unlock",
    "accounts.untie_identity",
    "accounts.withdraw",
    # By the clock or a command.
    "accounts.open_administrator",
    "begin_plan",
    "confirm",
    "import_register",
    "lapse_appeal",
    "load_demonstration",
    "migrate",
    "remind_daily",
    "rerate",
    "villages.import_units",
    # What follows from a step, whatever it was.
    "open_followup",
    "postpone_followup",
}
GIVES_A_VERB = re.compile(r"\b(?:acting|move|step)\(|\bverb=")


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


def test_every_table_has_a_name():
    assert [name for name in audit_trail.kinds().values() if unchinese_text(name)] == []


def test_no_two_tables_have_the_same_name():
    names = list(audit_trail.kinds().values())
    assert sorted(set(names)) == sorted(names)


def test_every_column_has_a_name():
    columns = [
        (table, audit_words.of_column(field))
        for table, history in audit_trail.histories().items()
        for field in history._meta.fields
        if field.column not in audit_trail.INTERNAL
    ]
    assert [(table, name) for table, name in columns if unchinese_text(name)] == []


def steps() -> set[str]:
    """The literal verbs that are given to ``audit.acting`` and its like."""
    found = set()
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if GIVES_A_VERB.search(text := path.read_text()):
                calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
                found.update(*map(_verbs, calls))
    return found


def _verbs(call: ast.Call) -> list[str]:
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    places = {"acting": call.args[1:2], "move": call.args[1:2], "step": call.args[:1]}.get(called, [])
    named = [keyword.value for keyword in call.keywords if keyword.arg == "verb"]
    return [one.value for one in (*places, *named) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_every_step_has_its_words():
    assert len(steps()) > LEAST_STEPS
    nameless = sorted(steps() - audit_words.VERBS.keys())
    assert nameless == [], "name it with audit_words.register in its app's registrations.py"
    assert [verb for verb in audit_words.VERBS if unchinese_text(audit_words.of_step(verb))] == []


def test_every_step_that_a_deputy_may_take_is_known_as_theirs():
    unknown = steps() - deputies._rights.keys()
    problem = "put it into RIGHTS of its app's registrations.py, with the rights it needs"
    assert sorted(unknown - WITHOUT_A_RIGHT) == [], problem
    assert sorted(WITHOUT_A_RIGHT - unknown) == []


def test_a_step_without_words_is_not_hidden():
    assert audit_words.of_step("frobnicate") == "其他操作（frobnicate）"


def test_every_tracked_table_has_a_veil_or_is_open_for_a_reason():
    veiled, open_to_readers = audit_trail.decided_about()
    assert veiled & open_to_readers == set()
    tracked = {history.pgh_tracked_model for history in audit_trail.histories().values()}
    assert {one._meta.label for one in tracked} == {one._meta.label for one in veiled | open_to_readers}
