"""A unit's file on paper: the same parts as its page, without anything held, with a check code."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import points_text, star_name
from incentives.templatetags.money import yuan
from ratings.events.effects import effects_words
from records.documents import Heading, Names, Table, Text, document, issue
from records.documents.blocks import Block
from records.numbers import plain
from reports.unit_file.link import title_of
from reports.unit_file.reading import UnitFile


def paper(file: UnitFile) -> bytes:
    """``file`` as PDF."""
    unit = file.unit
    title = title_of(unit)
    blocks = [*_head(file), *_open(file), *_years(file), *_areas(file), *_stars(file), *_events(file)]
    blocks += [*_disputes(file), *_money(file)]
    code = issue(title, {"blocks": [block.as_data() for block in blocks]}, unit=unit.code, by=file.user)
    return document(title, blocks, place=unit.name, code=code)


def _head(file: UnitFile) -> list[Block]:
    today, profile = file.today, next(iter(file.profiles), None)
    rows = [
        (_("Unit"), " · ".join([*(place.name for place in file.above), file.unit.name])),
        (_("Division code"), file.unit.code),
        (_("Star today"), _star_today(file) if today else star_name(None)),
    ]
    if profile:
        rows.append(
            (
                _("Figures of %s") % profile.year,
                _("%(people)s residents, %(households)s households")
                % {"people": _figure(profile.population), "households": _figure(profile.households)},
            )
        )
    return [Names(rows)]


def _star_today(file: UnitFile) -> str:
    star, since = star_name(file.today.star), date_format(file.since)
    return _("%(star)s since %(day)s") % {"star": star, "day": since}


def _figure(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _part(title: str, heads: list[str], rows: list[tuple[str, ...]], **shape: tuple[float, ...]) -> list[Block]:
    return [Heading(title), Table(heads, rows, **shape) if rows else Text(_("None."), quiet=True)]


def _open(file: UnitFile) -> list[Block]:
    rows = [(item.name, item.state, item.until or "—") for item in file.open]
    return _part(_("What is open"), [_("What"), _("Whose turn"), _("Due")], rows, widths=(2, 2, 1.4))


def _years(file: UnitFile) -> list[Block]:
    heads = [_("Year"), _("Applied for"), _("Self-assessment"), _("Panel"), _("Star"), _("Document")]
    rows = [
        (
            str(result.year),
            star_name(result.application.applied_star) if result.application else "—",
            points_text(result.self_total),
            points_text(result.decision.total),
            star_name(result.decision.star),
            result.decision.document or "—",
        )
        for result in file.results
    ]
    return _part(_("Results by year"), heads, rows, widths=(0.7, 1, 1, 1, 1, 2), right=(2, 3))


def _areas(file: UnitFile) -> list[Block]:
    if not file.areas:
        return []
    years = [cell.year for cell in file.areas[0].cells]
    rows = [
        (
            f"{line.code} {line.name}",
            *("—" if cell.points is None else f"{points_text(cell.points)}{_of(cell.full)}" for cell in line.cells),
        )
        for line in file.areas
    ]
    right = tuple(range(1, len(years) + 1))
    return _part(_("Points by area"), [_("Area"), *map(str, years)], rows, widths=(2.4, *[1] * len(years)), right=right)


def _of(full: object) -> str:
    return "" if full is None else f" / {plain(full)}"


def _stars(file: UnitFile) -> list[Block]:
    rows = [
        (
            date_format(period.during.lower),
            date_format(period.last_day) if period.last_day else _("further notice"),
            star_name(period.star),
            effects_words(period.effects) or "—",
        )
        for period in file.periods
    ]
    return _part(_("Its stars"), [_("From"), _("To"), _("Star"), _("Effects")], rows, widths=(1.2, 1.2, 1, 2))


def _events(file: UnitFile) -> list[Block]:
    rows = [
        (event.name, date_format(event.on), event.how, date_format(event.closed) if event.closed else "—")
        for event in file.events
    ]
    return _part(_("Events"), [_("Event"), _("Day"), _("State"), _("Closed")], rows, widths=(2.4, 1.2, 1, 1.2))


def _disputes(file: UnitFile) -> list[Block]:
    rows = [(one.kind, date_format(one.made), one.state, one.answer or "—") for one in file.disputes]
    heads = [_("Kind"), _("Day"), _("State"), _("Answer")]
    return _part(_("Objections and appeals"), heads, rows, widths=(0.8, 1.2, 1, 3))


def _money(file: UnitFile) -> list[Block]:
    rows = [
        (
            str(one.year),
            one.name,
            star_name(one.star),
            yuan(one.amount),
            yuan(one.disbursed),
            _("Frozen") if one.frozen else "",
        )
        for one in file.grants
    ]
    heads = [_("Year"), _("Reward or fund"), _("Star"), _("Granted (yuan)"), _("Paid (yuan)"), _("Remark")]
    return _part(_("Money"), heads, rows, widths=(0.6, 2.4, 0.8, 1.3, 1.3, 0.8), right=(3, 4))
