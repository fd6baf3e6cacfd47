from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

RIGHTS = {
    **dict.fromkeys(
        ("open_cycle", "set_windows", "ask_for_minutes", "extend", "close_scoring", "close_cycle", "reverse_closing"),
        ["ratings.manage_cycle"],
    ),
    "reopen": ["ratings.accept", "ratings.manage_cycle"],
    **dict.fromkeys(("import_scheme", "issue_scheme"), ["ratings.manage_scheme"]),
    **dict.fromkeys(("record_event", "close_event", "release_event"), ["ratings.record_event"]),
    **dict.fromkeys(
        ("confirm_proposal", "decline_proposal"),
        ["ratings.settle_proposal_township", "ratings.settle_proposal_county"],
    ),
}
"""Which rights the steps need that are none of an application's (``accounts.standing``)."""


class RatingsConfig(AppConfig):
    name = "ratings"

    def ready(self) -> None:
        from accounts import guide, home, menu, standing, todo, trail_words
        from ratings import (
            announcing,
            application_faults,
            chapters,
            event_todos,
            manual,
            menu_entries,
            passing,
            receivers,
            register_faults,
            retagging,
            secrecy,
            signals,
            since,
            star_notices,
        )
        from ratings.home import own_star, progress, unit_star
        from ratings.lifecycle import STEPS
        from ratings.models import Points, ReturnedCriterion, Transition
        from ratings.office_home import applied
        from ratings.todo import SOURCES
        from ratings.workflow import event
        from records import integrity, proof
        from villages import unit_page
        from villages.signals import units_passed, units_settled, units_tagged

        guide.register(manual.TOPICS)
        announcing.register_kinds()
        star_notices.register_kinds()
        event.register_kinds()
        passing.register_kinds()
        signals.decisions_confirmed.connect(receivers.rerate_decided)
        signals.applications_moved.connect(receivers.close_what_left)
        signals.stars_changed.connect(star_notices.tell_of_stars)
        units_passed.connect(passing.pass_on)
        units_settled.connect(passing.settle)
        units_tagged.connect(retagging.follow)
        integrity.register(register_faults.REGISTER, application_faults.APPLICATIONS)
        secrecy.veil_the_trail()
        standing.register(STEPS.rights | RIGHTS)
        trail_words.register(STEPS.trail)
        proof.prove(Points, ReturnedCriterion, Transition)
        home.register(home.HomePanel("ratings/home_progress.html", progress, order=10))
        home.register(home.HomePanel("ratings/home_office.html", applied, order=20))
        home.register(home.HomePanel("ratings/star_card.html", own_star, column=home.SIDE, order=10))
        unit_page.register(unit_page.UnitPanel("ratings/star_card.html", unit_star, column=unit_page.SIDE, order=10))
        chapters.register(chapters.Chapter(_("Since then"), since.told, since.reads, order=70))
        for source in (*SOURCES, event_todos):
            todo.register(source)
        menu.register(*menu_entries.MENU)
