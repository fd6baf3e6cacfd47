"""The menu entries of ``incentives``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import CADRE, PUBLIC, MenuEntry, Section

LEDGER = ("/clawbacks/", "/ledger/")
MENU = (
    MenuEntry(Section.RESULTS, _("Filed policies"), "filed_policies", order=50, audiences=(PUBLIC,)),
    MenuEntry(
        Section.RESULTS,
        _("Rewards"),
        "policies",
        ("incentives.view_incentive",),
        order=10,
        note=_("Reward policies and what they give to each village"),
        pages=(*LEDGER, "/money/"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Project funds"),
        "funds",
        ("incentives.view_incentive",),
        order=20,
        note=_("Budgets, allocations and the ledger"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Money"),
        "unit-money",
        ("ratings.fill",),
        order=30,
        audiences=(CADRE,),
        note=_("Rewards and project money of your village"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Money"),
        "unit-money",
        ("ratings.accept",),
        order=30,
        note=_("Rewards and project money of your villages"),
    ),
)
