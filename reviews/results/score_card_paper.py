"""The score card as one A4 sheet to hang up."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import points_text, star_name
from records.documents import issue, pdf
from reviews.results.score_card import ScoreCard

LOSSES = 10
"""How many losses fit beside the areas."""


def paper(card: ScoreCard) -> bytes:
    """With a check code; its title does not tell the star, as the public reads it by the code."""
    application = card.application
    title = _("%(unit)s: score card") % {"unit": application.unit.name}
    content = _content(card)
    code = issue(title, content, unit=application.unit_id, by=card.result.user)
    printed = _("Printed on %s") % date_format(timezone.localtime(), "DATETIME_FORMAT")
    foot = " · ".join([printed, application.scheme.name, _("Check code %s") % code])
    return pdf("score_card", {"title": title, "foot": foot, **content})


def _content(card: ScoreCard) -> dict[str, Any]:
    return {
        "place": _("Rating of %(year)s") % {"year": card.application.cycle.year},
        "star": star_name(card.decision.star),
        "gap": _gap(card),
        "todos": [
            {
                "name": f"{todo.step.criterion.code} {todo.step.criterion.name}",
                "gain": f"+{points_text(todo.step.gain)}",
                "must": todo.must,
                "enough": todo.enough,
            }
            for todo in card.todos
        ],
        "bars": [
            [
                f"{bar.area.code} {bar.area.name}",
                f"{points_text(bar.points)} / {points_text(bar.area.full)}",
                points_text(bar.median),
                points_text(bar.needs),
            ]
            for bar in card.bars
        ],
        "lost": [
            [f"{loss.line.criterion.code} {loss.line.criterion.name}", f"−{points_text(loss.line.lost)}", loss.found]
            for loss in card.lost[:LOSSES]
        ],
        "years": [[str(one.year), points_text(one.total), star_name(one.star)] for one in card.years],
        "words": {
            "first": _("Do these first"),
            "areas": _("Points by area"),
            "bar_heads": [_("Area"), _("Points"), _("Class median"), _("Next star asks")],
            "lost": _("Where points were lost: %(points)s in all") % {"points": points_text(card.lost_in_all)},
            "years": _("Three years"),
            "who": _("Who"),
            "until": _("Until"),
        },
    }


def _gap(card: ScoreCard) -> list[str]:
    if card.star is None:
        return [_("It holds the highest star.")]
    if card.gap is not None:
        lead = _("Only %(points)s points are missing for %(star)s.")
        return [lead % {"points": points_text(card.gap), "star": star_name(card.star)}, *card.obstacles]
    return [_("What is missing for %(star)s:") % {"star": star_name(card.star)}, *card.obstacles]
