"""Whether what a scheme says of its stars can be kept: their lines, the lines of areas, vetoes, full marks."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.problems import Problem, Severity, Term, key_terms, missing, warning
from ratings.scheme.spec import (
    Linear,
    SchemeSpec,
    StarLine,
    Tiers,
    VetoSpec,
)

KEYS_OF_A_LINE = {
    "lines": {"star", "total", "over", "areas", "criteria", "figures", "top"},
    "core": {"star", "core", "others"},
    "areas": set(),
}


def areas(spec: SchemeSpec) -> Iterator[Problem]:
    for number, area in enumerate(spec.areas):
        place = f"areas[{number}]"
        if area.kind == "base" and area.cap is not None:
            yield warning(f"{place}.cap", _("A cap has no effect on a base area."), _("a bonus or penalty area"))
        counts = area.kind == "base" and spec.rule != "lines"
        if counts and area.line is None:
            yield missing(place, "line")
        elif counts and area.line is not None and area.line > area.full:
            yield warning(f"{place}.line", _("This line cannot be reached."), _("at most %s") % area.full)
        elif not counts and area.line is not None:
            told, expected = _("This line has no effect."), _("a base area under “areas” or “core”")
            yield warning(f"{place}.line", told, expected, Term("rule", "areas"), Term("rule", "core"))
        if area.core and not (spec.rule == "core" and area.kind == "base"):
            told, expected = _("This has no effect here."), _("a base area under the rule “core”")
            yield warning(f"{place}.core", told, expected, Term("rule", "core"))


def stars(spec: SchemeSpec) -> Iterator[Problem]:
    if spec.rule == "areas":
        if spec.stars:
            yield Problem("stars", _("Here every area is a star of its own."), _("no star lines"))
        return
    if not spec.stars:
        yield warning("stars", _("No star can be reached."), _("at least one star"))
    for number, line in enumerate(spec.stars):
        place = f"stars[{number}]"
        for key in sorted(line.model_fields_set - KEYS_OF_A_LINE[spec.rule]):
            yield _not_under(spec.rule, place, key)
        yield from _named(spec, line, place)
        if number:
            yield from _descends(spec.stars[:number], line, place)


def _not_under(rule: str, place: str, key: str) -> Problem:
    stated = sorted(KEYS_OF_A_LINE[rule])
    told = _("This does not go with how the scheme gives stars.")
    return Problem(f"{place}.{key}", told, " / ".join(stated), terms=key_terms(*stated))


def _named(spec: SchemeSpec, line: StarLine, place: str) -> Iterator[Problem]:
    """A star line may only name what the scheme has."""
    areas = {area.code: area for area in spec.areas if area.kind == "base"}
    figures = {c.code for c in spec.criteria if isinstance(c, Tiers | Linear)}
    for code, share in line.areas.items():
        if code not in areas:
            yield Problem(f"{place}.areas.{code}", _("Unknown base area “%s”.") % code, " / ".join(areas))
        elif share > 1:
            yield warning(f"{place}.areas.{code}", _("This line cannot be reached."), _("a share of at most 1"))
    for code in line.criteria:
        if code not in spec.codes:
            yield Problem(f"{place}.criteria.{code}", _("Unknown criterion “%s”.") % code, " / ".join(spec.codes))
    for code in line.figures:
        if code not in figures:
            yield Problem(
                f"{place}.figures.{code}",
                _("Unknown criterion with a figure “%s”.") % code,
                " / ".join(sorted(figures)),
            )


def _descends(higher: tuple[StarLine, ...], line: StarLine, place: str) -> Iterator[Problem]:
    """Lines descend as stars do; two may have one total if they differ elsewhere (top 25 %, top 70 %)."""
    above = higher[-1]
    if line.star >= above.star:
        yield Problem(f"{place}.star", _("The stars do not descend."), _("a star below %s") % above.star)
    bound = _bound(line)
    lowest = min((b for other in higher if (b := _bound(other))), default=None)
    if bound and lowest and bound > lowest:
        yield Problem(place, _("The star lines do not descend."), _("a line below %s") % lowest[0])
    elif _conditions(line) == _conditions(above):
        severity: Severity = "error" if bound else "warning"
        yield Problem(
            place,
            _("This star asks the same as the star above it."),
            _("a line below that one"),
            severity,
        )


def _conditions(line: StarLine) -> dict[str, object]:
    return line.model_dump(exclude={"star"})


def _bound(line: StarLine) -> tuple[Decimal, bool] | None:
    """What the total must reach: the line, and whether it must be above it; pairs compare as the lines do."""
    bounds = ((line.total, False), (line.over, True))
    return max(((bound, above) for bound, above in bounds if bound is not None), default=None)


def vetoes(spec: SchemeSpec) -> Iterator[Problem]:
    areas, stars = {area.code for area in spec.areas}, {line.star for line in spec.stars}
    for number, veto in enumerate(spec.vetoes):
        for at, bar in enumerate(_barred(veto)):
            place = f"vetoes[{number}].bars[{at}]"
            if spec.rule == "areas" and bar not in areas:
                yield Problem(place, _("Unknown area “%s”.") % bar, " / ".join(sorted(areas)))
            elif spec.rule != "areas" and isinstance(bar, str):
                yield Problem(place, _("%s does not belong here.") % bar, _("a star"))
            elif spec.rule != "areas" and bar not in stars:
                yield warning(place, _("The scheme has no star %s.") % bar, " / ".join(map(str, sorted(stars))))


def _barred(veto: VetoSpec) -> tuple[int | str, ...]:
    return () if veto.bars == "all" else veto.bars


def full_marks(spec: SchemeSpec) -> Iterator[Problem]:
    """Lines of 60 to 90 suggest full marks of 100, lines of 120 to 180 suggest full marks of 200 (or 1000)."""
    lines = [bound[0] for line in spec.stars if (bound := _bound(line))]
    if spec.rule != "lines" or not lines or max(lines) <= 0:
        return
    power = Decimal(10)
    while power < max(lines):
        power *= 10
    double = power / 5
    suggested = [double, power] if double >= max(lines) else [power]
    full = sum((area.full for area in spec.areas if area.kind == "base"), Decimal(0))
    if full not in suggested:
        yield warning("areas", _("The base areas have %s points together.") % full, " / ".join(map(str, suggested)))
