"""Pages about policies, funds and their money. ``kind`` is the model that an address is about."""

from incentives.views.disbursing import disburse
from incentives.views.edit import edit, new
from incentives.views.ledger import correct, ledger
from incentives.views.payees import payee, payees
from incentives.views.payees import propose as propose_payee
from incentives.views.payees import settle as settle_payee
from incentives.views.public import filed, filed_attachment, filing
from incentives.views.settling import settle
from incentives.views.source import attachment, detail, workbook
from incentives.views.sources import sources
from incentives.views.steps import step
from incentives.views.unit import unit_money
from incentives.views.vouchers import (
    add_accounts,
    bank_list,
    explain,
    import_statement,
    marked_statement,
    voucher,
    vouchers,
    withdraw_statement,
)
from incentives.views.vouchers import paper as voucher_paper

__all__ = [
    "add_accounts",
    "attachment",
    "bank_list",
    "correct",
    "detail",
    "disburse",
    "edit",
    "explain",
    "filed",
    "filed_attachment",
    "filing",
    "import_statement",
    "ledger",
    "marked_statement",
    "new",
    "payee",
    "payees",
    "propose_payee",
    "settle",
    "settle_payee",
    "sources",
    "step",
    "unit_money",
    "voucher",
    "voucher_paper",
    "vouchers",
    "withdraw_statement",
    "workbook",
]
