"""What may happen to reward policies, project funds and their money.

The life of a source (a policy or fund), each step one function; who and when stands in ``actions``:
    draft_policy(unit=county, year=2025, name=…, reckoning_day=…, starts=…, ends=…, budget=Decimal, by=finance,
                 bands=[(star, first, after or None, yuan), …], figure="population", coefficient=1, clawback="none")
    draft_fund(unit=county, year=2025, name=…, department=…, reckoning_day=…, starts=…, ends=…, budget=Decimal,
               min_star=4, weights={4: 1, 5: 2}, by=finance, need="population" or "", at_least=None, at_most=None)
    seek_opinion(source, by=finance) → give_opinion(source, agreed=True, number="备〔2026〕3号", by=county_office)
    → make_effective(source, by=finance) → grant(source, by=finance): a line and its commitment for every unit
    → disburse(source, by=finance, key="any unique text", document="凭证号")     pays all that is still owed,
      or disburse(…, payments={line.pk: yuan})                                    an instalment.
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
from incentives.workflow.paying import correct, disburse
from incentives.workflow.terms import draft_fund, draft_policy, revise_fund, revise_policy

__all__ = [
    "confirm_clawback",
    "correct",
    "decline_clawback",
    "disburse",
    "draft_fund",
    "draft_policy",
    "give_opinion",
    "grant",
    "make_effective",
    "review_clawbacks",
    "review_clawbacks_of_the_day",
    "revise_fund",
    "revise_policy",
    "seek_opinion",
    "take_back",
]
