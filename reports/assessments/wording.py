"""A formula in plain words: what each term takes, and what would raise it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ratings.events.applicable_scheme import event_names_anywhere
from reports.assessments.kept import AssessedPlace, TermValue
from reports.assessments.spec import Term

TAKES: dict[str, Promise] = {
    "share_at_least": gettext_lazy("Share of villages with at least so many stars"),
    "improved": gettext_lazy("Share of villages with more stars than a year before"),
    "mean_points": gettext_lazy("Mean points of the villages, of full marks"),
    "on_time": gettext_lazy("Steps taken in time"),
    "no_event": gettext_lazy("Share of villages without certain events"),
    "plans_done": gettext_lazy("Improvement plans that passed their check by their date"),
    "closed_warnings": gettext_lazy("Warnings closed in time"),
    "own_star": gettext_lazy("The unit's own star"),
    "typed": gettext_lazy("A value that the office types"),
}
STEPS = {
    "apply": gettext_lazy("applying"),
    "township_review": gettext_lazy("review by the township"),
    "county_review": gettext_lazy("review by the county"),
}


def name_of(term: Term) -> str:
    """Its own name, or what it takes."""
    return term.name or in_words(term)


def in_words(term: Term) -> str:
    words = str(TAKES[term.takes])
    if term.takes == "share_at_least":
        return _("Share of villages with %s stars or more") % term.star
    if term.takes == "on_time":
        return f"{words}{_(': ')}{STEPS[term.step]}"
    if term.takes == "no_event":
        names = event_names_anywhere(term.events)
        return f"{words}{_(': ')}{_(', ').join(names.get(kind, kind) for kind in term.events)}"
    return words


def how_to_raise(place: AssessedPlace, one: TermValue) -> str:
    """What would have to be true for more points; "" where nothing is missing."""
    if one.lost <= 0:
        return ""
    words = RAISES[one.term.takes](one.term)
    each = (one.term.weight / place.villages).quantize(Decimal("0.01")) if place.villages else Decimal(0)
    return words % {"each": each, "lost": one.lost.quantize(Decimal("0.01"))}


RAISES: dict[str, Callable[[Any], str]] = {
    "share_at_least": lambda term: (
        _("Each further village that reaches %(star)s stars adds %%(each)s points.") % {"star": term.star}
    ),
    "improved": lambda _term: _("Each further village that has more stars than a year before adds %(each)s points."),
    "mean_points": lambda _term: _("A village that rises from none to full marks adds %(each)s points."),
    "on_time": lambda _term: _("Every step taken before its time limit counts; late ones cost %(lost)s points."),
    "no_event": lambda _term: _("Each village with such an event costs %(each)s points, however many it has."),
    "plans_done": lambda _term: _("Plans that pass their check by their date; missing so far: %(lost)s points."),
    "closed_warnings": lambda _term: _("Warnings closed before their deadline; missing so far: %(lost)s points."),
    "own_star": lambda _term: _("A higher star of one's own; up to %(lost)s points more."),
    "typed": lambda _term: _("The office gives this value; up to %(lost)s points more."),
}
