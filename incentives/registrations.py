"""What incentives register: help, notices, integrity checks, deputies' permissions, explanation, to-dos, menu."""

from django.utils.translation import gettext_lazy as _

from accounts import audit_trail, audit_words, deputies, home, menu, page_help, saved_filters, todo_list, trail_values
from accounts.authority import held_anywhere
from followups import kinds as follow_up_kinds
from followups import time_limits
from followups.kinds import FollowUpKind
from followups.models import FollowUp
from followups.time_limits import Limit
from incentives import claims_on_closing, help_topics, menu_entries, money_history, notices, todos, turns
from incentives.ledger_integrity import LEDGER
from incentives.models import (
    Allocation,
    BankPayment,
    BankStatement,
    Clawback,
    Explanation,
    LedgerEntry,
    PayeeAccount,
    Payout,
    PlannedSum,
    ProjectFund,
    Reward,
    RewardBand,
    RewardPolicy,
    StarWeight,
    Voucher,
)
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.models.payee import CONFIRM, PROPOSE
from incentives.models.source import SEES_LINES
from incentives.opinions import FOLLOW_UP as OPINION
from incentives.opinions import subject_names
from incentives.payees.accounts import payable_units
from incentives.payees.forms import PayeeFilterForm
from incentives.settlements import FOLLOW_UP as SETTLEMENT
from incentives.views.unit import home_panel
from notifications import kinds
from ratings import explanation
from ratings.cycle import closing_consequences
from records import integrity, openable

RIGHTS = {
    **dict.fromkeys(("confirm_clawback", "decline_clawback", "correct"), ["incentives.disburse"]),
    "draft_policy": [RewardPolicy.MANAGE, WRITE_OWN],
    "draft_fund": [ProjectFund.MANAGE, WRITE_OWN],
    "propose_payee": [PROPOSE],
    "confirm_payee": [CONFIRM],
    "decline_payee": [PROPOSE],
    **dict.fromkeys(
        ("add_accounts", "take_bank_list", "import_statement", "withdraw_statement", "explain_difference"),
        ["incentives.disburse"],
    ),
}
"""The rights of the steps that are not steps of a source (``accounts.deputies``)."""


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register(**{kind.PAGE: kind.objects.seen_by for kind in (RewardPolicy, ProjectFund)})
    openable.register(**{"unit-money": held_anywhere(*SEES_LINES), "payee": payable_units})
    kinds.register(**notices.KINDS)
    follow_up_kinds.register(
        **{
            OPINION: FollowUpKind(
                _("Opinion on a policy or fund"),
                notices.TO_GIVE_OPINION,
                needs=["incentives.view_incentive"],
                own_todo=True,
                own_steps=True,
                lasting=True,  # silence is no consent: only an opinion ends it
            ),
            SETTLEMENT: FollowUpKind(
                _("Clawback"),
                notices.TO_SETTLE,
                needs=["incentives.view_incentive"],
                own_todo=True,
                own_steps=True,
                told_elsewhere=True,
            ),
        }
    )
    time_limits.register(**{OPINION: Limit(10), SETTLEMENT: Limit(10)})
    integrity.register(LEDGER)
    deputies.register(STEPS.rights | RIGHTS)
    audit_words.register(STEPS.trail)
    trail_values.name_codes(LedgerEntry, "key", lambda _keys: {"grant": str(LedgerEntry.Kind.COMMIT.label)})
    trail_values.name_codes(FollowUp, "subject", subject_names)
    closing_consequences.register(claims=claims_on_closing.claims, hindrance=claims_on_closing.money_followed)
    audit_trail.show_openly("money follows from stars that are out", Allocation, Clawback, LedgerEntry, Reward)
    audit_trail.show_openly("what is paid and why, without numbers", BankStatement, Explanation, Payout, Voucher)
    for with_number in (PayeeAccount, BankPayment):
        audit_trail.redact(with_number, audit_trail.Redaction(cells="true", columns=("number_encrypted",)))
    audit_trail.show_openly(
        "terms that an office drafts, not a result", PlannedSum, ProjectFund, RewardBand, RewardPolicy, StarWeight
    )
    todo_list.register(todos)
    explanation.register(
        explanation.ExplanationChapter(
            _("Money that followed"), money_history.money_steps, money_history.money_queries, order=80
        )
    )
    home.register(home.HomePanel("incentives/home_department.html", turns.home_panel, column=home.SIDE, order=60))
    home.register(home.HomePanel("incentives/home_money.html", home_panel, column=home.SIDE, order=60))
    saved_filters.register(payees=PayeeFilterForm, vouchers=("open",))
    menu.register(*menu_entries.MENU)
