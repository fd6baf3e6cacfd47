"""Star lines and vetoes of a scheme in words; pure."""

from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.spec import FigureAtMost, SchemeSpec, StarLine, VetoSpec
from ratings.scheme.wording import figure_parts
from records.numbers import plain


def line_words(spec: SchemeSpec, line: StarLine) -> list[str]:
    """The requirements of a star, one condition per line."""
    words = []
    if line.total is not None:
        words.append(_("a total of at least %s points") % plain(line.total))
    if line.over is not None:
        words.append(_("a total above %s points") % plain(line.over))
    words += _areas(spec, line)
    words += [
        _("“%(name)s” at least %(points)s points") % {"name": _named(spec, code), "points": plain(points)}
        for code, points in line.criteria.items()
    ]
    words += [_figure(spec, code, asked) for code, asked in line.figures.items()]
    if line.top is not None:
        words.append(_("among the first %s%% of all that are rated") % plain(line.top * 100))
    if line.core:
        words.append(_("every core area reaches its line"))
    if line.others:
        words.append(_("at least %s of the other areas reach theirs") % line.others)
    return words or [_("no condition")]


def _areas(spec: SchemeSpec, line: StarLine) -> list[str]:
    areas = {area.code: area for area in spec.areas}
    return [
        _("“%(area)s” at least %(share)s%% of its full marks (%(points)s points)")
        % {
            "area": areas[code].name or code,
            "share": plain(share * 100),
            "points": plain(share * areas[code].full),
        }
        for code, share in line.areas.items()
    ]


def _named(spec: SchemeSpec, code: str) -> str:
    name = next((criterion.name for criterion in spec.criteria if criterion.code == code), "")
    return f"{code} {name}".strip()


def _figure(spec: SchemeSpec, code: str, asked: FigureAtMost | Decimal) -> str:
    criterion = next(criterion for criterion in spec.criteria if criterion.code == code)
    unit = figure_parts(criterion.figure or criterion.name)[1]
    if isinstance(asked, FigureAtMost):
        return _("“%(name)s” %(figure)s and less") % {
            "name": _named(spec, code),
            "figure": plain(asked.at_most) + unit,
        }
    return _("“%(name)s” %(figure)s and more") % {"name": _named(spec, code), "figure": plain(asked) + unit}


def veto_words(spec: SchemeSpec, veto: VetoSpec) -> str:
    """What a veto bars for a unit, and for how long."""
    if veto.bars == "all":
        bars = _("bars every star")
    elif spec.rule == "areas":
        names = {area.code: area.name or area.code for area in spec.areas}
        bars = _("bars the star of %s") % _(", ").join(names.get(code, str(code)) for code in veto.bars)
    else:
        bars = _("bars %s stars") % _(", ").join(map(str, veto.bars))
    if veto.months:
        return _("%(bars)s for %(months)s months") % {"bars": bars, "months": veto.months}
    return _("%(bars)s in the year of the scheme") % {"bars": bars}
