from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from accounts import guide, home, menu, standing, todo, trail, trail_words
        from incentives import closings, followed, listeners, manual, menu_entries, notices, passing
        from incentives import todo as waiting
        from incentives.ledger_faults import LEDGER
        from incentives.lifecycle import STEPS
        from incentives.models import (
            Allocation,
            Clawback,
            LedgerEntry,
            ProjectFund,
            Reward,
            RewardBand,
            RewardPolicy,
            StarWeight,
        )
        from incentives.views.unit import home_panel
        from notifications import kinds
        from ratings import chapters, following
        from ratings.signals import stars_changed
        from records import integrity
        from villages.signals import units_passed, units_settled

        guide.register(manual.TOPICS)
        kinds.register(**notices.KINDS)
        integrity.register(LEDGER)
        standing.register(STEPS.rights)
        trail_words.register(STEPS.trail)
        standing.register(dict.fromkeys(("confirm_clawback", "decline_clawback", "correct"), ["incentives.disburse"]))
        standing.register({"draft_policy": [RewardPolicy.MANAGE], "draft_fund": [ProjectFund.MANAGE]})
        stars_changed.connect(listeners.stars_changed)
        following.register(claims=closings.claims, hindrance=closings.money_followed)
        units_passed.connect(passing.pass_on)
        units_settled.connect(passing.settle)
        trail.show("money follows from stars that are out", Allocation, Clawback, LedgerEntry, Reward)
        trail.show("terms that an office drafts, not a result", ProjectFund, RewardBand, RewardPolicy, StarWeight)
        todo.register(waiting)
        chapters.register(chapters.Chapter(_("Money that followed"), followed.told, followed.reads, order=80))
        home.register(home.HomePanel("incentives/home_money.html", home_panel, column=home.SIDE, order=60))
        menu.register(*menu_entries.MENU)
