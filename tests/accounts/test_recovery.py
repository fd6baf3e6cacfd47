"""Recovery codes: shown once, printed once, only for the person who generated them, and encrypted in the database."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from accounts import recovery_codes
from accounts.roles import Role
from records.documents import Table
from records.encrypting_anew import encrypt_anew
from records.refusals import WrongState
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, UserFactory, person

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2026-pass"
PAGE, PAPER = reverse("mfa_view_recovery_codes"), reverse("recovery_paper")


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def leader(client):
    """Signed in with the password and a second factor, with fresh recovery codes."""
    user = person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader", password=PASSWORD)
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user).get_unused_codes()
    client.post(reverse("account_login"), {"login": "leader", "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert client.post(reverse("mfa_reauthenticate"), {"code": codes[1]}).status_code == 302
    return user


def codes_of(user):
    return RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()


def test_the_codes_are_shown_and_printed_once(client, leader):
    shown = client.get(PAGE)
    codes = codes_of(leader)
    assert (shown.context["unused_codes"], len(codes)) == (codes, 8)
    assert "no-store" in shown["Cache-Control"]
    sealed = {"sealed": shown.context["sealed"]}
    paper = client.post(PAPER, sealed)
    assert (paper["Content-Type"], b"".join(paper)[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in paper["Cache-Control"]
    assert client.post(PAPER, sealed).headers["Location"] == reverse("mfa_index")
    again = client.get(PAGE)
    assert (again.context["unused_codes"], "sealed" in again.context) == (["****"] * 8, False)
    assert not any(code in again.content.decode() for code in codes)


def test_new_codes_have_a_paper_of_their_own(client, leader):
    first = client.get(PAGE).context
    assert client.post(reverse("mfa_generate_recovery_codes")).headers["Location"] == PAGE
    second = client.get(PAGE).context
    assert not set(first["unused_codes"]) & set(second["unused_codes"])
    assert client.post(PAPER, {"sealed": second["sealed"]}).status_code == 200


def test_the_paper_is_for_who_made_the_codes_and_for_a_quarter_of_an_hour(client, leader):
    sealed = client.get(PAGE).context["sealed"]
    client.force_login(UserFactory())
    assert client.post(PAPER, {"sealed": sealed}).status_code == 302
    with freeze_time("2026-11-24 10:00+08:00") as clock:
        kept = recovery_codes.encrypted_codes(["12345678"], leader)
        clock.shift(16 * 60)
        assert recovery_codes.decrypted_codes(kept, leader) == []
    assert recovery_codes.decrypted_codes("made up", leader) == []
    client.logout()
    assert client.post(PAPER, {"sealed": sealed}).headers["Location"].startswith(reverse("account_login"))


def test_what_the_paper_says(leader):
    said = recovery_codes.blocks(["12345678", "87654321"], leader)
    assert [one.rows for one in said if isinstance(one, Table)] == [[["1", "1234 5678", ""], ["2", "8765 4321", ""]]]


def test_a_code_is_taken_with_its_gap(client, leader):
    code = codes_of(leader)[0]
    client.logout()
    client.post(reverse("account_login"), {"login": "leader", "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": f"{code[:4]} {code[4:]}"}).status_code == 302
    assert code not in codes_of(leader)


def test_nothing_in_the_database_lets_one_make_the_codes(leader):
    kept = {one.type: one.data for one in Authenticator.objects.filter(user=leader)}
    assert kept["recovery_codes"]["seed"].startswith("sealed:")
    assert kept["totp"]["secret"].startswith("sealed:")
    assert not any(code in json.dumps(kept) for code in codes_of(leader))


def test_what_was_kept_in_the_clear_is_still_read_and_keys_may_change(leader, settings):
    one = Authenticator.objects.get(user=leader, type="recovery_codes")
    codes = codes_of(leader)
    old = settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [old], "another key"
    assert codes_of(leader) == codes
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(WrongState):
        codes_of(leader)
    settings.SECRET_KEY_FALLBACKS = [old]
    encrypt_anew()
    settings.SECRET_KEY_FALLBACKS = []
    assert codes_of(leader) == codes
    one.refresh_from_db()
    one.data["seed"] = "ab" * 40
    one.save()
    assert len(codes_of(leader)) == 8
