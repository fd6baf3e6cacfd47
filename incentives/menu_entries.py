"""The menu entries of ``incentives``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import CADRE, PUBLIC, MenuEntry, Section
from incentives.models.lifecycle import WRITE_OWN

LEDGER = ("/clawbacks/", "/ledger/")
MENU = (
    MenuEntry(Section.RESULTS, _("Filed policies"), "filed_policies", order=50, audiences=(PUBLIC,)),
    MenuEntry(
        Section.RESULTS,
        _("Rewards"),
        "policies",
        ("incentives.view_incentive", WRITE_OWN),
        order=10,
        note=_("Reward policies and what they give to each unit"),
        pages=(*LEDGER, "/money/"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Project funds"),
        "funds",
        ("incentives.view_incentive", WRITE_OWN),
        order=20,
        note=_("Budgets, allocations and the ledger"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Vouchers"),
        "vouchers",
        ("incentives.disburse",),
        order=22,
        note=_("Every instalment: the bank's list, the paper, and what was really paid"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Payee accounts"),
        "payees",
        ("incentives.propose_payee", "incentives.confirm_payee"),
        order=24,
        note=_("To which account each unit is paid"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Money"),
        "unit-money",
        ("ratings.fill",),
        order=30,
        audiences=(CADRE,),
        note=_("Your rewards and project money"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Money"),
        "unit-money",
        ("ratings.accept",),
        order=30,
        note=_("Rewards and project money of your units"),
    ),
)
