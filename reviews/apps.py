from django.apps import AppConfig


def _either(verb: str) -> list[str]:
    return [f"reviews.{verb}_township", f"reviews.{verb}_county"]


HEARS = ["reviews.hear_appeal_county", "reviews.hear_appeal_city"]
RIGHTS = {
    **dict.fromkeys(("convene", "draw"), _either("convene")),
    **dict.fromkeys(("prepare_batch", "revise_batch"), _either("release")),
    **dict.fromkeys(("objection_dismissed", "objection_upheld"), _either("answer_objection")),
    **dict.fromkeys(("open_check", "note_lapse"), ["reviews.open_check"]),
    **dict.fromkeys(("answer_check", "find_vetoes"), ["reviews.answer_check"]),
    "convene_appeal": ["reviews.convene_appeal_county", "reviews.convene_appeal_city"],
    **dict.fromkeys(("appeal_dismissed", "appeal_upheld", "correct_points"), HEARS),
}
"""Which rights the steps need that are none of an application's (``accounts.standing``)."""


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from accounts import guide, menu, standing, todo
        from notifications import kinds
        from ratings import actions, chapters, following
        from records import integrity, proof
        from reviews import (  # noqa: F401 - connects the receivers
            appeal_todos,
            check_todos,
            closings,
            manual,
            menu_entries,
            receivers,
            secrecy,
            todos,
        )
        from reviews.actions import GUARDS
        from reviews.draw_faults import DRAWS
        from reviews.kinds import KINDS
        from reviews.models import Addendum, AppealPaper, BatchEntry, Candidate, Correction, Draw, Finding
        from reviews.point_faults import POINTS
        from reviews.why import CHAPTERS

        guide.register(manual.TOPICS)
        for verb, allowed in GUARDS.items():
            actions.guard(verb, allowed)
        standing.register(RIGHTS)
        kinds.register(**KINDS)
        chapters.register(*CHAPTERS)
        following.register(hindrance=closings.appealed)
        todo.register(todos)
        proof.prove(BatchEntry, Draw, Addendum, Candidate, Finding, AppealPaper, Correction)
        integrity.register(DRAWS, POINTS)
        secrecy.veil_the_trail()
        todo.register(check_todos)
        todo.register(appeal_todos)
        menu.register(*menu_entries.MENU)
