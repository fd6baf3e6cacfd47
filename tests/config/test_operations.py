"""docs/operations.md agrees with the code, and what it names exists."""

import re
import shutil
import subprocess

import pytest
from django.conf import settings

from config.health import PARTS, Reason

BOOK = (settings.BASE_DIR / "docs/operations.md").read_text(encoding="utf-8")
DEPLOY = settings.BASE_DIR / "deploy"


def rows(heading):
    """The cells of the table below a heading, without its header row."""
    chapter = BOOK.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in chapter.splitlines() if line.startswith("| ")]
    return lines[2:]


def test_every_reason_of_readyz_has_its_row_and_no_other():
    reasons = [(part.strip("`"), reason.strip("`")) for part, reason, *_rest in rows("Not ready")]
    assert sorted(reason for _part, reason in reasons) == sorted(reason.value for reason in Reason)
    assert {part for part, _reason in reasons} == set(PARTS)


def test_every_setting_that_it_names_is_one_of_the_readme():
    known = set(re.findall(r"`([A-Z][A-Z_]+)`", (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")))
    named = set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", BOOK))
    assert named - known == set()


def test_every_file_that_it_names_is_there():
    named = set(re.findall(r"\bdeploy/[\w.-]+", BOOK))
    assert named == {f"deploy/{path.name}" for path in DEPLOY.iterdir()}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_the_units_can_be_read_by_systemd(tmp_path):
    units = [path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer")]
    for path in units:
        text = path.read_text(encoding="utf-8").replace("/opt/pingxing", str(settings.BASE_DIR))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / path.name for path in units)], capture_output=True, text=True
    )
    assert (said.returncode, said.stderr) == (0, "")
