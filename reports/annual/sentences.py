"""The findings of a year in words: of the summary sheet and of the written report alike."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.templatetags.face import points_text, star_name
from reports.annual.tally import Counts, Granted, Tally, good, share


def sentences(year: int, whole: Tally, counts: Counts) -> Iterator[str]:
    """What a leader should know of the year."""
    yield from of_results(year, whole)
    yield from of_change(whole)
    yield from of_events(counts)
    yield from of_disputes(counts)
    yield from of_money(counts)
    yield from of_open(counts)


def of_results(year: int, whole: Tally) -> Iterator[str]:
    yield _(
        "Of %(rated)s rated villages %(decided)s have a decision for %(year)s; "
        "the mean of their totals is %(mean)s points."
    ) % {
        "rated": whole.rated,
        "decided": whole.with_decision,
        "year": year,
        "mean": _shown(whole.mean),
    }
    if whole.with_decision_before:
        words = _(
            "%(good)s villages have four stars or more: %(share)s%% of those decided; the year before %(before)s%%."
        )
    else:
        words = _("%(good)s villages have four stars or more: %(share)s%% of those decided.")
    yield words % {
        "good": good(whole.decided),
        "share": _shown(whole.good_share),
        "before": _shown(whole.good_share_before),
    }


def of_stars(whole: Tally, stars: list[int]) -> Iterator[str]:
    """How many villages have which star, with their share."""
    parts = [
        _("%(star)s: %(count)s villages (%(share)s%%)")
        % {
            "star": star_name(star),
            "count": whole.decided[star],
            "share": _shown(share(whole.decided[star], whole.with_decision)),
        }
        for star in stars
    ]
    yield _("By star: %(parts)s.") % {"parts": _("; ").join(parts)}


def of_areas(whole: Tally, names: dict[str, str]) -> Iterator[str]:
    """The mean points of each area, in the order of the scheme."""
    means = whole.area_means
    parts = [
        _("%(area)s %(points)s points") % {"area": names[code] or code, "points": points_text(means[code])}
        for code in names
        if code in means
    ]
    if parts:
        yield _("Mean points by area: %(parts)s.") % {"parts": _("; ").join(parts)}


def of_change(whole: Tally) -> Iterator[str]:
    words = (
        _(
            "Compared with the year before %(rose)s villages rose and %(fell)s fell; "
            "%(fallen)s hold fewer stars today than were decided."
        )
        if whole.with_decision_before
        else _("There is no decision of the year before; %(fallen)s villages hold fewer stars today than were decided.")
    )
    yield words % {
        "rose": whole.rose,
        "fell": whole.fell,
        "fallen": whole.fallen,
    }


def of_events(counts: Counts) -> Iterator[str]:
    if counts.events is not None:
        yield _(
            "%(all)s events happened, %(acting)s of them touch a star; %(rectified)s are rectified, %(open)s are not."
        ) % {key: counts.events[key] for key in ("all", "acting", "rectified", "open")}


def of_disputes(counts: Counts) -> Iterator[str]:
    if counts.objections is not None and counts.appeals is not None:
        yield _(
            "%(objections)s objections were received, %(objections_upheld)s upheld; %(appeals)s appeals were made, "
            "%(appeals_upheld)s upheld."
        ) % {
            "objections": counts.objections["all"],
            "objections_upheld": counts.objections["upheld"],
            "appeals": counts.appeals["all"],
            "appeals_upheld": counts.appeals["upheld"],
        }


def of_money(counts: Counts) -> Iterator[str]:
    if counts.rewards is not None and counts.allocations is not None:
        yield _("Rewards: %(rewards)s. Project funds: %(funds)s.") % {
            "rewards": _money(counts.rewards),
            "funds": _money(counts.allocations),
        }


def of_open(counts: Counts) -> Iterator[str]:
    if counts.open is not None:
        yield _("%(all)s warnings and follow-ups are still open today, %(late)s of them are late.") % {
            key: counts.open[key] for key in ("all", "late")
        }


def _money(granted: Granted) -> str:
    return _("%(units)s grants of %(amount)s yuan, %(paid)s yuan disbursed") % {
        "units": granted.grants,
        "amount": f"{granted.amount:,.2f}",
        "paid": f"{granted.disbursed:,.2f}",
    }


def _shown(figure: Decimal | None) -> str:
    return "—" if figure is None else str(figure)
