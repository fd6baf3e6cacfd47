"""Payee accounts, a reconciliation with differences, and assessments: one frozen by a decision, one issued."""

import json
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from incentives import workflow
from incentives.models import PayeeAccount, Voucher
from incentives.reconciling.sheet import heads
from incentives.reconciling.statement import VoucherLine, VoucherState
from notifications.workflow import telling_only
from reports.assessments import keeping
from reports.demonstration import schemes
from reports.demonstration.people import Staff
from villages.models import Unit, township_of

WITHOUT_ACCOUNT = 2
"""How many villages of each county have no account yet; one more waits to be confirmed."""
TERMS = [
    {"code": "a", "takes": "share_at_least", "star": 4, "weight": 40},
    {"code": "b", "takes": "mean_points", "weight": 30},
    {"code": "c", "takes": "on_time", "step": "apply", "weight": 10},
    {"code": "d", "takes": "no_event", "events": ["case_opened"], "weight": 20},
]


def load() -> str:
    staff = Staff()
    with telling_only([]):
        for county in schemes.COUNTIES:
            finance, office = staff(Role.FINANCE, county), staff(Role.COUNTY_OFFICE, county)
            voucher = Voucher.objects.get(unit=county, policy__isnull=False)
            give_accounts(voucher, staff, finance)
            reconcile(voucher, finance)
            assess(Unit.objects.get(code=county), office)
    return f"{PayeeAccount.objects.count()} accounts"


def moment(day: int) -> datetime:
    return datetime(2026, 2, day, 10, tzinfo=timezone.get_current_timezone())


def number_of(code: str) -> str:
    return f"6217{code}888"


def give_accounts(voucher: Voucher, staff: Staff, finance: User) -> None:
    """The township proposes, finance confirms: in bulk, as the database keeps the rules of both steps."""
    units = [line.unit for line in VoucherState(voucher).lines]
    accounts = [
        PayeeAccount(
            unit=unit,
            holder=f"{unit.name}股份经济合作社",
            bank="农村商业银行",
            tail=number_of(unit.code)[-4:],
            proposed_by=staff(Role.TOWNSHIP_OFFICE, township_of(unit.code)),
        )
        for unit in units[WITHOUT_ACCOUNT:]
    ]
    for account in accounts:
        account.number = number_of(account.unit_id)
    kept = PayeeAccount.objects.bulk_create(accounts)
    confirmed = PayeeAccount.objects.filter(pk__in=[one.pk for one in kept[1:]])
    confirmed.update(state=PayeeAccount.State.IN_FORCE, settled_by=finance, settled_at=moment(9))
    workflow.add_accounts(voucher, by=finance)


def reconcile(voucher: Voucher, finance: User) -> None:
    """The bank paid one village less, one twice, one elsewhere; one difference has its explanation."""
    less, twice, elsewhere, *others = VoucherState(voucher).listed
    rows = [_row(line, line.amount) for line in [*others, twice, twice]]
    rows += [_row(less, less.amount - 1000), _row(elsewhere, elsewhere.amount, "6217000000000000")]
    head = heads()
    lines = [",".join([head.code, head.number, head.amount, head.on, head.reference])]
    lines += [f"{row},{number:06d}" for number, row in enumerate(rows, start=1)]
    sheet = "\n".join(lines).encode()
    workflow.import_statement(voucher, sheet, name="银行回单.csv", by=finance, at=moment(12))
    known = next(one for one in VoucherState(voucher).differences if one.finding == "less")
    workflow.explain(voucher, known.key, text="银行扣回上年多付的款项，已与该村核对。", by=finance, at=moment(13))


def _row(line: VoucherLine, amount: Decimal, number: str = "") -> str:
    return f"{line.unit.code},{number or number_of(line.unit.code)},{amount:.2f},2026-02-11"


def assess(county: Unit, office: User) -> None:
    """Last year's figures were decided in March; this year's formula is issued: townships see where they are."""
    last = formula(county, 2025, date(2026, 3, 1))
    decided = keeping.write_assessment(county, last, by=office)
    keeping.issue_assessment(decided, by=office)
    keeping.freeze_assessment(decided, document="考〔2026〕1号", by=office, at=moment(1).replace(month=3, day=5))
    this = keeping.write_assessment(county, formula(county, 2026, date(2026, 12, 31)), by=office)
    keeping.issue_assessment(this, by=office)


def formula(county: Unit, year: int, on: date) -> str:
    body = {"format": "pingxing-assessment/1", "name": f"{year}年度乡镇党风廉政建设责任制考核", "year": year}
    body |= {"unit": county.code, "assesses": "township", "on": on.isoformat(), "terms": TERMS}
    return json.dumps(body, ensure_ascii=False, indent=1)
