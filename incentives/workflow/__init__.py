"""What may happen to reward policies, project funds and their money.

The life of a source (a policy or fund), each step one function; ``actions`` says who may take it when:
    draft_policy(unit=county, year=2025, name=…, reckoning_day=…, starts=…, ends=…, budget=Decimal, by=finance,
                 bands=[(star, first, after or None, yuan), …], figure="population", coefficient=1, clawback="none")
    draft_fund(unit=county, year=2025, name=…, department=…, reckoning_day=…, starts=…, ends=…, budget=Decimal,
               min_star=4, weights={4: 1, 5: 2}, by=finance, need="population" or "", at_least=None, at_most=None)
    seek_opinion(source, by=finance) → give_opinion(source, agreed=True, number="备〔2026〕3号", by=county_office)
    → make_effective(source, by=finance) → grant(source, by=finance): a line and its commitment for every unit
    → disburse(source, by=finance, key="any unique text", document="凭证号")     pays all that is still owed,
      or disburse(…, payments={line.pk: yuan})                                    an instalment.
Every instalment has a ``Voucher``: ``add_accounts``, ``take_bank_list``, ``import_statement``, ``explain``. Accounts to
which it is paid: ``propose_account`` → ``confirm_account`` by another person, or ``decline_account``.
``correct`` books an entry the other way; ``review_clawbacks`` follows the register, ``confirm_clawback`` and
``decline_clawback`` settle what it proposes. ``at`` is the moment of the step (now when absent). Money is in yuan.

All raise ``NotAllowed``, ``WrongState`` or ``Incomplete`` (``records.refusals``), with nothing changed.
"""

from incentives.workflow.clawbacks import (
    confirm_clawback,
    decline_clawback,
    review_clawbacks,
    review_clawbacks_of_the_day,
)
from incentives.workflow.filing import give_opinion, make_effective, seek_opinion, take_back
from incentives.workflow.granting import grant
from incentives.workflow.handing_over import hand_over
from incentives.workflow.payees import confirm_account, decline_account, propose_account
from incentives.workflow.paying import correct, disburse
from incentives.workflow.reconciling import explain, import_statement, withdraw_statement
from incentives.workflow.terms import draft_fund, draft_policy, revise_fund, revise_policy
from incentives.workflow.vouchers import add_accounts, take_bank_list

__all__ = [
    "add_accounts",
    "confirm_account",
    "confirm_clawback",
    "correct",
    "decline_account",
    "decline_clawback",
    "disburse",
    "draft_fund",
    "draft_policy",
    "explain",
    "give_opinion",
    "grant",
    "hand_over",
    "import_statement",
    "make_effective",
    "propose_account",
    "review_clawbacks",
    "review_clawbacks_of_the_day",
    "revise_fund",
    "revise_policy",
    "seek_opinion",
    "take_back",
    "take_bank_list",
    "withdraw_statement",
]
