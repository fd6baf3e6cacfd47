"""``check_integrity`` lists the wrong rows and exits with an error, or says that there are none."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.integrity_words import CHECKS
from records import integrity
from records.integrity import Fault, IntegrityCheck
from records.registry import KeyedRegistry

pytestmark = pytest.mark.django_db


def test_it_is_quiet_when_all_agrees():
    out = StringIO()
    call_command("check_integrity", stdout=out)
    assert out.getvalue().splitlines() == [f"{check.name}: 0 faults" for check in integrity.checks()]


def test_every_check_has_a_name_for_the_auditor():
    assert {check.name for check in integrity.checks()} - CHECKS.keys() == set()


def test_it_lists_what_is_off(monkeypatch):
    monkeypatch.setattr(integrity, "_checks", KeyedRegistry())
    integrity.register(
        IntegrityCheck("ledger", lambda: [Fault("entry 7", "12.00", "nothing")]), IntegrityCheck("register", list)
    )
    out = StringIO()
    with pytest.raises(CommandError, match="1 rows are off"):
        call_command("check_integrity", stdout=out)
    assert out.getvalue().splitlines() == [
        "资金台账: entry 7: 应为12.00，实为不存在",
        "ledger: 1 faults",
        "register: 0 faults",
    ]
