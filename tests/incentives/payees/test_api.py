"""Payee accounts and vouchers over the API: the rules of the pages, no whole number in any answer."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from incentives.models import PayeeAccount, Voucher
from tests.clients import api_of
from tests.incentives.payees.conftest import FIVE, GIVEN, NUMBER, PLAIN, in_force, pay

pytestmark = pytest.mark.django_db


def test_an_account_is_proposed_and_confirmed_by_two_people(rows):
    url, sent = "/api/v1/payees/", {"unit": FIVE} | GIVEN
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    made, again = (api_of(rows.township).post(url, sent, format="json", **key) for _twice in "12")
    assert (made.status_code, made.json(), PayeeAccount.objects.count()) == (201, again.json(), 1)
    assert (made.json()["account"], "number" in made.json()) == ("•••• 4567", False)
    other = api_of(rows.township).post(url, sent | {"bank": "别的银行"}, format="json", **key)
    assert other.status_code == 422
    one = f"{url}{made.json()['id']}/"
    assert api_of(rows.township).post(one + "confirm/", {"number": NUMBER}, format="json").status_code == 404
    wrong = api_of(rows.first).post(one + "confirm/", {"number": "6222081204009999"}, format="json")
    assert (wrong.status_code, list(wrong.json()["problems"])) == (400, ["number"])
    done = api_of(rows.first).post(one + "confirm/", {"number": NUMBER}, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "in_force")
    listed = api_of(rows.first).get(url, {"unit": FIVE})
    assert PLAIN not in listed.content.decode()
    assert [row["state"] for row in listed.json()["results"]] == ["in_force"]
    for stranger in (rows.elsewhere, rows.signer):
        assert api_of(stranger).get(one).status_code == 404
        assert api_of(stranger).post(url, sent, format="json").status_code == 404


def test_whoever_proposed_it_does_not_confirm_it_and_may_decline_it(rows):
    made = api_of(rows.first).post("/api/v1/payees/", {"unit": FIVE} | GIVEN, format="json").json()
    url = f"/api/v1/payees/{made['id']}/"
    assert api_of(rows.first).post(url + "confirm/", {"number": NUMBER}, format="json").status_code == 409
    assert api_of(rows.first).post(url + "decline/", {}, format="json").status_code == 400
    assert api_of(rows.first).post(url + "decline/", {"reason": "抄错"}, format="json").json()["state"] == "declined"


def test_a_voucher_is_listed_paid_explained(rows):
    in_force(rows)
    voucher, mine = pay(rows), api_of(rows.first)
    url = f"/api/v1/vouchers/{voucher.pk}/"
    shown = mine.get(url)
    assert PLAIN not in shown.content.decode()
    (paid,) = [line for line in shown.json()["lines"] if line["account"]]
    assert (paid["unit"], paid["amount"], paid["account"]) == (FIVE, "50000.00", "•••• 4567")
    book = load_workbook(io.BytesIO(mine.post(url + "bank_list/").content))
    assert PLAIN in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert Voucher.objects.get().listed_by == rows.first
    sheet = f"区划代码,收款账号,金额,支付日期,流水号\n{FIVE},{PLAIN},40000,2026-11-20,A1".encode()
    broken = {"file": SimpleUploadedFile("回单.csv", sheet.replace(b"40000", b"many"))}
    refused = mine.post(url + "statement/", broken, format="multipart")
    assert (refused.status_code, len(refused.json()["file"])) == (400, 1)
    for _twice in "12":
        file = SimpleUploadedFile("回单.csv", sheet)
        told = mine.post(url + "statement/", {"file": file}, format="multipart", HTTP_IDEMPOTENCY_KEY="s1")
        assert (told.status_code, len(told.json()["statements"])) == (200, 1)
    less = next(one for one in told.json()["differences"] if one["finding"] == "less")
    said = mine.post(url + "explain/", {"difference": less["key"], "text": "分两笔"}, format="json").json()
    assert [one["explanation"] for one in said["differences"] if one["key"] == less["key"]] == ["分两笔"]
    stale = mine.post(url + "explain/", {"difference": "x", "text": "y"}, format="json")
    assert stale.status_code == 409
    statement = {"statement": said["statements"][0]["id"], "reason": "导错"}
    assert mine.post(url + "withdraw_statement/", statement, format="json").json()["statements"][0]["reason"] == "导错"
    for step in ("bank_list", "accounts", "statement", "explain", "withdraw_statement"):
        assert api_of(rows.elsewhere).post(f"{url}{step}/").status_code == 404
    assert api_of(rows.elsewhere).get("/api/v1/vouchers/").json()["count"] == 0


def test_accounts_confirmed_since_are_taken_up(rows):
    voucher = pay(rows)
    in_force(rows)
    told = api_of(rows.first).post(f"/api/v1/vouchers/{voucher.pk}/accounts/").json()
    assert [line["unit"] for line in told["lines"] if line["account"]] == [FIVE]
