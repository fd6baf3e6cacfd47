from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _either(verb: str) -> list[str]:
    return [f"reviews.{verb}_township", f"reviews.{verb}_county"]


HEARS = ["reviews.hear_appeal_county", "reviews.hear_appeal_city"]
RIGHTS = {
    **dict.fromkeys(("convene", "draw"), _either("convene")),
    **dict.fromkeys(("prepare_batch", "revise_batch", "release"), _either("release")),
    "reconsider": _either("decide"),
    **dict.fromkeys(("objection_dismissed", "objection_upheld"), _either("answer_objection")),
    **dict.fromkeys(("open_check", "note_lapse"), ["reviews.open_check"]),
    **dict.fromkeys(("answer_check", "find_vetoes"), ["reviews.answer_check"]),
    "convene_appeal": ["reviews.convene_appeal_county", "reviews.convene_appeal_city"],
    **dict.fromkeys(("appeal_dismissed", "appeal_upheld", "uphold_appeal", "correct_points"), HEARS),
}
"""Which rights the steps need that ``actions`` does not list (``accounts.standing``)."""


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from accounts import guide, standing, todo
        from accounts.menu import DESK, PUBLIC, MenuEntry, register
        from notifications import kinds
        from ratings import actions, chapters, following
        from records import integrity, proof
        from reviews import (  # noqa: F401 - connects the receivers
            appeal_todos,
            check_todos,
            closings,
            manual,
            receivers,
            secrecy,
            todos,
        )
        from reviews.actions import ACTIONS
        from reviews.draw_faults import DRAWS
        from reviews.kinds import KINDS
        from reviews.models import Addendum, AppealPaper, BatchEntry, Candidate, Correction, Draw, Finding
        from reviews.point_faults import POINTS
        from reviews.why import CHAPTERS

        guide.register(manual.TOPICS)
        actions.register(*ACTIONS)
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
        desk = (DESK,)
        register(
            MenuEntry(_("Scoring"), "review_desk", "reviews.score_township", desk, order=20),
            MenuEntry(_("Scoring"), "review_desk", "reviews.score_county", desk, order=20),
            MenuEntry(_("Panels"), "review_panels", "reviews.convene_township", desk, order=21),
            MenuEntry(_("Panels"), "review_panels", "reviews.convene_county", desk, order=21),
            MenuEntry(_("Decisions"), "review_decisions", "reviews.decide_township", desk, order=22),
            MenuEntry(_("Decisions"), "review_decisions", "reviews.decide_county", desk, order=22),
            MenuEntry(_("Batches"), "review_batches", "reviews.release_township", desk, order=23),
            MenuEntry(_("Batches"), "review_batches", "reviews.release_county", desk, order=23),
            MenuEntry(_("Joint check"), "review_checks", "reviews.open_check", desk, order=22),
            MenuEntry(_("Joint check"), "review_checks", "reviews.answer_check", desk, order=22),
            MenuEntry(_("Objections"), "review_objections", "reviews.answer_objection_township", desk, order=24),
            MenuEntry(_("Objections"), "review_objections", "reviews.answer_objection_county", desk, order=24),
            MenuEntry(_("Appeals"), "review_appeals", "reviews.hear_appeal_county", desk, order=25),
            MenuEntry(_("Appeals"), "review_appeals", "reviews.hear_appeal_city", desk, order=25),
            MenuEntry(_("Public notices"), "public_notices", audiences=(PUBLIC,), order=10),
        )
