"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "filed_policies",
        _("Look up what is on file"),
        _("Anybody may see which reward policies and project funds are on file. No account is needed."),
        (
            _("Type the name of the county or part of the title, or choose the county."),
            _("Each line names filing number, day, period and sums; the attachment is the document itself."),
            _("The title or a sum opens the terms, and what each unit was promised and paid."),
        ),
        pages=("filed_policies", "filed_policies_place", "filed_policy", "filed_attachment"),
        public=True,
        order=14,
    ),
    Topic(
        "village_money",
        _("Money of your unit"),
        _("You see what your unit was promised, paid, and why."),
        (
            _("Each line names the policy or fund, the amount and its state."),
            _("Frozen or claimed back: the reason is beside it."),
        ),
        pages=("unit-money",),
        needs=(
            "ratings.fill",
            "incentives.view_incentive",
            "ratings.accept",
        ),
        order=29,
    ),
    Topic(
        "policies",
        _("Reward policies"),
        _("From stars to rewards: a policy is drafted, agreed, put in force, granted, paid."),
        (
            _("Finance drafts amounts by star and population; a department drafts its own and attaches its document."),
            _("The county office gives its opinion and number. Returned: change it, and answer when you ask again."),
            _("A department that nobody acts for any more: the county office hands its policy over to another one."),
            _("Once in force, finance presses “Commit the amounts”: each unit's amount is calculated and shown first."),
            _(
                "Disburse shows line by line what is paid. The ledger is never changed: mistakes are "
                "corrected by a new entry."
            ),
        ),
        pages=(
            "policies",
            "policy-new",
            "policy",
            "policy-edit",
            "policy-disburse",
            "policy-ledger",
            "policy-workbook",
            "policy-attachment",
            "policy-step",
            "ledger-correct",
            "clawback",
        ),
        needs=("incentives.view_incentive", "incentives.write_own"),
        order=31,
    ),
    Topic(
        "funds",
        _("Project funds"),
        _("A budget is shared out among units by star and need, to the cent."),
        (
            _("Draft the fund: budget, smallest star, weights. Try the allocation before it counts."),
            _("A department drafts its own funds. Only its people see the draft."),
            _("A department that nobody acts for any more: the county office hands its fund over to another one."),
            _("After opinion and filing it takes effect; finance pays in instalments."),
            _("A star falls: choose to claim back, or not, with a reason."),
        ),
        pages=(
            "funds",
            "fund-new",
            "fund",
            "fund-edit",
            "fund-disburse",
            "fund-ledger",
            "fund-workbook",
            "fund-attachment",
            "fund-step",
        ),
        needs=("incentives.view_incentive", "incentives.write_own"),
        order=32,
    ),
    Topic(
        "payee_accounts",
        _("Payee accounts"),
        _("To which account each unit is paid. No single person can change it."),
        (
            _("Open the unit and propose the account as it stands on the bank's paper."),
            _("Somebody else of finance types the number again from the paper and so confirms it."),
            _("The unit is told the last four digits. Earlier accounts stay readable below."),
        ),
        pages=("payees", "payee", "payee-propose", "payee-confirm", "payee-decline"),
        needs=("incentives.propose_payee", "incentives.confirm_payee"),
        order=33,
    ),
    Topic(
        "vouchers",
        _("Vouchers and what the bank paid"),
        _("Each instalment has a voucher: the bank's list, a paper to sign, and the comparison with what was paid."),
        (
            _("Take the bank's list as Excel. Units without an account stand on a sheet of their own."),
            _("Print the voucher and have it signed."),
            _("Import the bank's statement. Paid less, more, twice, elsewhere or not at all: each is listed."),
            _("Write beside each difference why it is there. Before paying again, correct the ledger."),
        ),
        pages=(
            "vouchers",
            "voucher",
            "voucher-bank-list",
            "voucher-accounts",
            "voucher-paper",
            "voucher-statement",
            "voucher-explain",
            "statement-withdraw",
            "statement-marked",
        ),
        needs=("incentives.disburse",),
        order=34,
    ),
]
