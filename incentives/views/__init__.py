"""Pages about policies, funds and their money. ``kind`` is the model that an address is about."""

from incentives.views.disbursing import disburse
from incentives.views.edit import edit, new
from incentives.views.ledger import correct, ledger
from incentives.views.public import filed, filed_attachment
from incentives.views.settling import settle
from incentives.views.source import attachment, detail, workbook
from incentives.views.sources import sources
from incentives.views.steps import step
from incentives.views.unit import unit_money

__all__ = [
    "attachment",
    "correct",
    "detail",
    "disburse",
    "edit",
    "filed",
    "filed_attachment",
    "ledger",
    "new",
    "settle",
    "sources",
    "step",
    "unit_money",
    "workbook",
]
