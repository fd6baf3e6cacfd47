"""Every writer outside a request names itself: after every task and every command the check finds nothing."""

import json
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import get_commands

import manage
from accounts.models import User
from config.celery import app
from ratings.models import Scheme
from records.audit import acting
from records.models import Digest, IntegrityRun, StoredFile
from reports.demonstration import load, people, places
from reports.models import ReportRequest
from tests.few_divisions import few_divisions

pytestmark = pytest.mark.django_db(transaction=True)

SCHEME = project.BASE_DIR / "fixtures/schemes/330624.json"
VILLAGE = "330624108204"
FORMULA = {
    "format": "pingxing-assessment/1",
    "year": 2025,
    "unit": "330624",
    "assesses": "township",
    "on": "2025-12-31",
    "terms": [{"code": "a", "takes": "improved", "weight": 1}],
}
RESTORE = "restore"
"""It writes into an empty place alone, and ends with the check (tests/config/test_backup.py)."""
OURS = {
    "records",
    "villages",
    "notifications",
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
    "config",
}


def commands(folder: Path) -> dict[str, list[list[str]]]:
    """Each command of ours with the arguments that make it write."""
    files = {
        "units.csv": "code,name\n330624999,新镇\n330624999201,新村\n",
        "register.csv": f"unit,star,on,document\n{VILLAGE},4,2025-12-20,新评〔2025〕1号\n",
        "events.csv": f"unit,event,date\n{VILLAGE},case_opened,2026-03-01\n",
        "facts.csv": "unit,item,value\n",
        "formula.json": json.dumps(FORMULA),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    out = str(folder / "out")
    return {
        "load_demonstration": [[]],
        "import_units": [[str(folder / "units.csv")]],
        "import_scheme": [[str(SCHEME), "--issue"]],
        "export_scheme": [[lambda: str(Scheme.objects.latest("pk").pk), "--output", out]],
        "try_scheme": [[str(SCHEME), str(folder / "facts.csv"), "--output", out]],
        "import_register": [[str(folder / "register.csv")]],
        "import_events": [[str(folder / "events.csv")]],
        "rerate": [[]],
        "export_register": [["--output", out]],
        "assess": [[str(folder / "formula.json"), "--output", out]],
        "draw_sample": [["--unit", "330624", "--share", "0.1", "--seed", "1"]],
        "annual_report": [["--year", "2025", "--unit", "330624", "--output", out]],
        "encrypt_anew": [[]],
        "export_head": [["--output", out]],
        "open_administrator": [["secadmin", "newadmin", "新管", "3306"]],
        "migrate": [["--verbosity=0"]],
        "check_integrity": [[]],
        "backup": [[str(folder / "backup.tar")]],
    }


def tasks() -> dict[str, list[list]]:
    """Each task of ours with its arguments, one set or several."""
    auditor = User.objects.get(username="auditor")
    with acting(auditor, "test"):
        report = ReportRequest.objects.create(unit_id="330624", year=2025, by=auditor)
        check = IntegrityRun.objects.create(by=auditor)
    return {
        "records.tasks.run_job": [["reports.ReportRequest", report.pk], ["records.IntegrityRun", check.pk]],
        "notifications.tasks.deliver_due": [[]],
        "followups.tasks.escalate": [[]],
        "reminders.tasks.remind": [[]],
        "reports.tasks.refresh_warnings": [[]],
        "reports.tasks.refresh_rollups": [[]],
        "reports.tasks.refresh_leads": [[]],
        "reports.tasks.refresh_leads_below": [["330624"]],
        "reports.tasks.refresh_place": [["330624"]],
        "ratings.tasks.rerate_all": [[]],
        "ratings.tasks.remind_to_begin": [[]],
        "incentives.tasks.review_clawbacks": [[]],
        "honours.tasks.follow_honours": [[]],
        "records.tasks.make_forgotten_jobs": [[]],
        "records.tasks.catch_up": [[]],
        "records.tasks.sweep_leftovers": [[]],
        "reviews.tasks.confirm_due": [[]],
        "reviews.tasks.forget_old_objectors": [[]],
        "honours.tasks.forget_old_objectors": [[]],
        "accounts.tasks.check_files": [[]],
        "accounts.tasks.forget_old_sign_ins": [[]],
        "accounts.tasks.pass_on_tasks": [[]],
    }


def test_no_task_and_no_command_writes_by_hand(tmp_path, settings, monkeypatch, capsys):
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path / "files"
    units = few_divisions(tmp_path)
    monkeypatch.setattr(load, "STEPS", ({"places": lambda: places.load(units)}, {"people": people.load}))
    known = commands(tmp_path)
    assert set(known) | {RESTORE} == {name for name, home in get_commands().items() if home in OURS} | {"migrate"}
    for name, runs in known.items():
        for arguments in runs:
            manage.main(["manage.py", name, *(a() if callable(a) else a for a in arguments)])
    named = tasks()
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == set(named)
    for name, runs in named.items():
        for arguments in runs:
            app.tasks[name].delay(*arguments)
    assert StoredFile.objects.count() == 2  # the workbook and the written report
    assert Digest.objects.filter(acted=False).count() == 0
    capsys.readouterr()
    manage.main(["manage.py", "check_integrity"])
    assert [line for line in capsys.readouterr().out.splitlines() if not line.endswith(": 0 faults")] == []
