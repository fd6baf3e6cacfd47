"""How a criterion is scored, in words that a cadre understands ("怎么计分"); pure."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ratings.scheme.below import from_below, retold
from ratings.scheme.spec import (
    Checklist,
    Count,
    CountedItem,
    Criterion,
    Deduction,
    EvidenceSpec,
    Judged,
    Linear,
    Question,
    Tier,
    Tiers,
)
from records.numbers import plain

SHORT_UNIT = 3
"""A figure that is named by so few characters is named by its unit alone: %, 户, 万元."""


def figure_parts(figure: str) -> tuple[str, str]:
    """A figure's name and its unit: ``满意率(%)`` → ``满意率``, ``%``."""
    name, _bracket, unit = figure.replace("（", "(").replace("）", ")").partition("(")
    if not unit and len(figure) <= SHORT_UNIT:
        return "", figure
    return name.strip(), unit.rstrip(")")


def bounds_words(question: Question) -> str:
    """Which figures are possible, where the scheme limits them."""
    least, most = (None if bound is None else plain(bound) for bound in (question.least, question.most))
    words = []
    if most is not None:
        values = {"least": least, "most": most}
        words.append(_("at most %(most)s") % values if least is None else _("%(least)s to %(most)s") % values)
    elif question.least:
        words.append(_("at least %s") % least)
    if question.whole:
        words.append(_("a whole number"))
    return _(", ").join(words)


def supplier_words(supplier: str, events: Mapping[str, str] | None = None) -> str:
    """Who gives the facts of a criterion. ``events``: names by code, for readers; without them, the codes."""
    below = from_below(supplier)
    if events and below and below.events:
        return below_forms()["below:no_event:%s"] % "、".join(events.get(code, code) for code in below.events)
    words = {
        "village": _("The rated unit fills it in"),
        "township": _("The township's reviewers"),
        "county": _("The county's reviewers"),
        "poll": _("A poll of the villagers"),
    }
    return words.get(supplier) or retold(supplier, below_forms()) or supplier.removeprefix("department:")


def below_forms() -> dict[str, str]:
    """How the suppliers of figures from below are called."""
    return {
        "below:share_at_least:%s": _("Computed from the villages below: share with %s stars or more"),
        "below:mean_points": _("Computed from the villages below: mean share of full marks"),
        "below:no_event:%s": _("Computed from the villages below: share without the events %s"),
    }


def check_words(check: str) -> str:
    """How reviewers check a criterion."""
    words = {"documents": _("by documents"), "visit": _("on the spot"), "interview": _("by interview")}
    return words.get(check, check)


def evidence_words(piece: EvidenceSpec) -> str:
    """Who signs a piece of evidence, and what is accepted instead."""
    words = (
        (_("To be signed by %s.") % piece.signed_by) if piece.signed_by else "",
        (_("If there is none: %s.") % piece.instead) if piece.instead else "",
    )
    return " ".join(filter(None, words))


def loss_words(item: CountedItem, gains: bool = False) -> str:
    """What one item costs, or earns."""
    if getattr(item, "zeroes", False):
        return _("any of it: 0 points")
    if item.per is None:
        return ""
    words = _("%(per)s points more") if gains else _("%(per)s points off")
    words %= {"per": plain(item.per)}
    if item.each != 1:
        started = item.step == "started"
        words = (_("for every started %(each)s: ") if started else _("for every full %(each)s: ")) % {
            "each": plain(item.each)
        } + words
    if item.at_most is not None:
        words += _(", at most %s") % plain(item.at_most)
    return words


def rule_lines(criterion: Criterion, *, penalty: bool = False) -> list[str]:
    """The rule of a criterion, one sentence per line; ``penalty``: its points are subtracted."""
    most = plain(criterion.max)
    match criterion:
        case Deduction():
            return [_("Full marks %s; each item subtracts points, never below 0.") % most, *_losses(criterion, False)]
        case Count():
            head = _("Points taken off add up, at most %s.") if penalty else _("Points add up, at most %s.")
            return [head % most, *_losses(criterion, not penalty)]
        case Tiers():
            name, unit = _figure(criterion)
            return [
                *_source(criterion),
                *(_tier(tier, name, unit) for tier in criterion.tiers),
                _("Otherwise: 0 points"),
            ]
        case Linear():
            return _linear(criterion)
        case Checklist():
            if criterion.all_or_nothing:
                return [_("All done: %s points; otherwise 0.") % most]
            worth = [
                _("%(name)s: %(points)s points") % {"name": item.name, "points": plain(item.points)}
                for item in criterion.items
                if item.points is not None
            ]
            return [_("Points of what is done add up, at most %s.") % most, *worth]
        case Judged():
            return [
                _("0 to %(most)s points in steps of %(step)s, with a written reason.")
                % {"most": most, "step": plain(criterion.step)}
            ]
    raise TypeError(criterion.method)


def _source(criterion: Tiers | Linear) -> list[str]:
    """Where the figure comes from, unless it is asked for as it is."""
    if criterion.monthly:
        return [_("The figure is the mean of the twelve months, to two decimals.")]
    if criterion.to_mean:
        return [_("The figure is taken in percent of the county's mean, which is computed, to two decimals.")]
    return [_("The figure is the one of %s.") % criterion.same_as] if criterion.same_as else []


def _figure(criterion: Tiers | Linear) -> tuple[str, str]:
    name, unit = figure_parts(criterion.figure or criterion.name)
    unit = "%" if criterion.to_mean else unit
    return name or criterion.name, unit


def _losses(criterion: Deduction | Count, gains: bool) -> list[str]:
    losses = [(item.name, loss_words(item, gains)) for item in criterion.items]
    return [_("%(item)s: %(loss)s") % {"item": name, "loss": words} for name, words in losses if words]


def _tier(tier: Tier, name: str, unit: str) -> str:
    values = {"name": name, "points": plain(tier.points)}
    if tier.at_least is not None:
        values["figure"] = plain(tier.at_least) + unit
        return _("%(name)s %(figure)s and more: %(points)s points") % values
    if tier.at_most is not None:
        values["figure"] = plain(tier.at_most) + unit
    return _("%(name)s %(figure)s and less: %(points)s points") % values


def _linear(criterion: Linear) -> list[str]:
    name, unit = _figure(criterion)
    more = criterion.full_at > criterion.zero_at
    values = {
        "name": name,
        "full": plain(criterion.full_at) + unit,
        "zero": plain(criterion.zero_at) + unit,
        "most": plain(criterion.max),
    }
    words = (
        _("%(name)s %(full)s and more: full marks %(most)s; %(zero)s and less: 0 points; in between in proportion.")
        if more
        else _(
            "%(name)s %(full)s and less: full marks %(most)s; %(zero)s and more: 0 points; in between in proportion."
        )
    )
    lines = [*_source(criterion), words % values]
    if criterion.gate is not None:
        gate = {"gate": plain(criterion.gate) + unit}
        lines.append((_("Below %(gate)s: 0 points.") if more else _("Above %(gate)s: 0 points.")) % gate)
    return lines
