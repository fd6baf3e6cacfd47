"""What somebody types into a form outlives the session (architecture §6): each form keeps it, or is named here."""

import re

import pytest
from django.conf import settings

FORM = re.compile(r'<form\b(?P<tag>(?:[^>"]|"[^"]*"|{%.*?%})*)>(?P<body>.*?)</form>', re.DOTALL)
TYPED = re.compile(r'{{ *\w*form\w* *}}|as_field_group|for field in|<textarea|<input type="text"|<input (?!type)')
INCLUDED = re.compile(r'{% include(?:_kept)? "(?P<name>[^"]+)"')
OWN_COPIES = re.compile(r"data-keep|data-draft|data-offline|data-grid|hx-post")
WITHOUT = {
    "account/login.html": "a password",
    "account/password_change.html": "passwords",
    "account/reauthenticate.html": "a password",
    "accounts/first_sign_in.html": "a password",
    "accounts/identities.html": "a reason beside a code",
    "accounts/tokens.html": "what is shown once",
    "accounts/tokens_guarded.html": "a reason beside a code",
    "accounts/locks.html": "a reason of an administrator beside a choice",
    "accounts/own_notifications.html": "a number and its code",
    "accounts/own_phone.html": "a number",
    "accounts/appointments/appointment.html": "a number; a day",
    "accounts/settings.html": "a day",
    "accounts/filters/save.html": "a name",
    "accounts/audit/integrity.html": "a file",
    "components/send_sheet.html": "a file",
    "incentives/next_step.html": "a day",
    "incentives/voucher.html": "a file",
    "notifications/robot.html": "an address that is a secret",
    "notifications/robot_new.html": "an address that is a secret",
    "ratings/events/files.html": "a file",
    "ratings/events/sheet_lines.html": "a tick",
    "ratings/scheme/import.html": "a file",
    "ratings/scheme/what_if.html": "a file",
    "reports/reports.html": "choices",
    "reviews/department_checks/checks.html": "a day",
    "reviews/opening/page.html": "choices, a page for each",
    "reviews/panels/forms.html": "choices",
    "consultations/public_draft.html": "the public",
    "honours/public/round.html": "the public",
    "reviews/results/notice.html": "the public",
}
"""By template, what its forms ask for instead of text."""


def unkept() -> set[str]:
    root = settings.BASE_DIR / "templates"
    return {
        str(path.relative_to(root))
        for path in root.rglob("*.html")
        for form in FORM.finditer(path.read_text())
        if 'method="post"' in form["tag"] and takes_text(form["body"]) and not OWN_COPIES.search(form["tag"])
    }


def takes_text(body: str) -> bool:
    """Whether something is typed there, or in a part that it includes."""
    parts = (settings.BASE_DIR / "templates" / part["name"] for part in INCLUDED.finditer(body))
    return bool(TYPED.search(body)) or any(takes_text(part.read_text()) for part in parts)


def test_every_form_that_takes_text_keeps_it():
    assert unkept() == set(WITHOUT)


TAGS = ['<form method="post">', """<form class="form" action="{% url 'x' pk "y" %}" method="post">"""]


@pytest.mark.parametrize("tag", TAGS)
def test_such_a_form_is_found(tag):
    form = FORM.search(f"{tag}{{% csrf_token %}}{{{{ form }}}}</form>")
    assert TYPED.search(form["body"])
    assert not OWN_COPIES.search(form["tag"])
