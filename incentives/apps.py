from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from accounts import audit_trail, audit_words, deputies, home, menu, page_help, todo_list
        from incentives import claims_on_closing, help_topics, menu_entries, money_history, notices, receivers
        from incentives import todos as waiting
        from incentives.ledger_integrity import LEDGER
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
        from incentives.models.lifecycle import STEPS
        from incentives.views.unit import home_panel
        from incentives.workflow import succession
        from notifications import kinds
        from ratings import explanation
        from ratings.cycle import closing_consequences
        from ratings.signals import stars_changed
        from records import integrity
        from villages.signals import units_passed, units_settled

        page_help.register(help_topics.TOPICS)
        kinds.register(**notices.KINDS)
        integrity.register(LEDGER)
        deputies.register(STEPS.rights)
        audit_words.register(STEPS.trail)
        deputies.register(dict.fromkeys(("confirm_clawback", "decline_clawback", "correct"), ["incentives.disburse"]))
        deputies.register({"draft_policy": [RewardPolicy.MANAGE], "draft_fund": [ProjectFund.MANAGE]})
        stars_changed.connect(receivers.stars_changed)
        closing_consequences.register(claims=claims_on_closing.claims, hindrance=claims_on_closing.money_followed)
        units_passed.connect(succession.pass_on)
        units_settled.connect(succession.settle)
        audit_trail.show_openly("money follows from stars that are out", Allocation, Clawback, LedgerEntry, Reward)
        audit_trail.show_openly(
            "terms that an office drafts, not a result", ProjectFund, RewardBand, RewardPolicy, StarWeight
        )
        todo_list.register(waiting)
        explanation.register(
            explanation.ExplanationChapter(
                _("Money that followed"), money_history.money_steps, money_history.money_queries, order=80
            )
        )
        home.register(home.HomePanel("incentives/home_money.html", home_panel, column=home.SIDE, order=60))
        menu.register(*menu_entries.MENU)
