"""The menu entries of ``reviews``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import PUBLIC, MenuEntry, Section


def _at_both_levels(verb: str) -> tuple[str, str]:
    return (f"reviews.{verb}_township", f"reviews.{verb}_county")


MENU = (
    MenuEntry(Section.RATING, _("Scoring"), "review_desk", _at_both_levels("score"), order=40),
    MenuEntry(
        Section.RATING,
        _("Panels"),
        "review_panels",
        _at_both_levels("convene"),
        order=50,
        pages=("/reviews/draws/", "/reviews/applications/"),
    ),
    MenuEntry(
        Section.RATING, _("Joint check"), "review_checks", ("reviews.open_check", "reviews.answer_check"), order=60
    ),
    MenuEntry(
        Section.RATING,
        _("Decisions"),
        "review_decisions",
        _at_both_levels("decide"),
        order=70,
        pages=("/reviews/applications/",),
    ),
    MenuEntry(Section.RATING, _("Batches"), "review_batches", _at_both_levels("release"), order=80),
    MenuEntry(Section.RATING, _("Objections"), "review_objections", _at_both_levels("answer_objection"), order=90),
    MenuEntry(
        Section.RATING,
        _("Appeals"),
        "review_appeals",
        ("reviews.hear_appeal_county", "reviews.hear_appeal_city"),
        order=100,
    ),
    MenuEntry(Section.RATING, _("Public notices"), "public_notices", order=0, audiences=(PUBLIC,)),
)
