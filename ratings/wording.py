"""How a criterion is scored, in words that a cadre understands ("怎么计分"); pure."""

from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.spec import Checklist, Count, Criterion, Deduction, Judged, Linear, Loss, Tier, Tiers


def plain(number: Decimal) -> str:
    """A number without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def loss_words(item: Loss, gains: bool = False) -> str:
    """What one item costs, or brings."""
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


def _tier(tier: Tier) -> str:
    points = plain(tier.points)
    if tier.at_least is not None:
        return _("%(figure)s and more: %(points)s points") % {"figure": plain(tier.at_least), "points": points}
    return _("%(figure)s and less: %(points)s points") % {"figure": plain(tier.at_most), "points": points}


def rule_lines(criterion: Criterion) -> list[str]:
    """The rule of a criterion, a sentence a line."""
    most = plain(criterion.max)
    match criterion:
        case Deduction():
            return [_("Full marks %s; each item takes points off, never below 0.") % most]
        case Count():
            return [_("Points add up, at most %s.") % most]
        case Tiers():
            return [*(_tier(tier) for tier in criterion.tiers), _("Otherwise: 0 points")]
        case Linear():
            line = _("%(full)s: full marks %(most)s; %(zero)s: 0 points; in between in proportion.") % {
                "full": plain(criterion.full_at),
                "zero": plain(criterion.zero_at),
                "most": most,
            }
            gate = [] if criterion.gate is None else [_("Worse than %s: 0 points.") % plain(criterion.gate)]
            return [line, *gate]
        case Checklist():
            if criterion.all_or_nothing:
                return [_("All done: %s points; otherwise 0.") % most]
            return [_("Points of what is done add up, at most %s.") % most]
        case Judged():
            return [
                _("0 to %(most)s points in steps of %(step)s, with a written reason.")
                % {"most": most, "step": plain(criterion.step)}
            ]
    raise TypeError(criterion.method)
