"""Consistency between the parts of a scheme file (formats §1, "A scheme is checked as it is read")."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.below import FORMS, from_below, is_from_below
from ratings.scheme.problems import Problem, Severity, Term
from ratings.scheme.spec import (
    Area,
    Checklist,
    Criterion,
    Deduction,
    Linear,
    SchemeSpec,
    StarLine,
    Tier,
    Tiers,
    VetoSpec,
)

SUPPLIERS = ("village", "township", "county", "poll")
"""Who supplies a fact, besides ``department:NAME`` and what is computed from below."""
DEPARTMENTS = "department:…"
NOTHING_BELOW = ("village", "station")
KEYS_OF_A_LINE = {
    "lines": {"star", "total", "over", "areas", "criteria", "figures", "top"},
    "core": {"star", "core", "others"},
    "areas": set(),
}
NEEDED_BY = {"lower": "by", "cap": "star"}
"""The key without which a rule of this kind says nothing."""


def problems(spec: SchemeSpec) -> list[Problem]:
    """All errors and warnings of a scheme with a valid structure, in the order of the file."""
    problems_found = [problem for check in _CHECKS for problem in check(spec)]
    return sorted(problems_found, key=lambda problem: problem.severity)


def _warning(place: str, message: str, expected: str, *terms: Term) -> Problem:
    return Problem(place, message, expected, "warning", terms=terms)


def _missing(place: str, *keys: str) -> Problem:
    """One of ``keys`` must be there."""
    return Problem(place, _("A required key is missing."), " / ".join(keys), terms=_keys(*keys))


def _keys(*keys: str) -> tuple[Term, ...]:
    return tuple(Term(key) for key in keys)


def _placed_criteria(spec: SchemeSpec) -> Iterator[tuple[str, Area, Criterion]]:
    for a, area in enumerate(spec.areas):
        for c, criterion in enumerate(area.criteria):
            yield f"areas[{a}].criteria[{c}]", area, criterion


def _repeated(codes: Iterable[object], place: str) -> Iterator[Problem]:
    seen = set()
    for number, code in enumerate(codes):
        if code in seen:
            yield Problem(f"{place}[{number}]", _("The code “%s” appears here twice.") % code, _("each code once"))
        seen.add(code)


# Codes


def _codes(spec: SchemeSpec) -> Iterator[Problem]:
    yield from _repeated((area.code for area in spec.areas), "areas")
    yield from _repeated((veto.code for veto in spec.vetoes), "vetoes")
    yield from _repeated((event.code for event in spec.events), "events")
    for place, _area, criterion in _placed_criteria(spec):
        yield from _repeated((item.code for item in getattr(criterion, "items", ())), f"{place}.items")
    yield from _fact_names(spec)


def _fact_names(spec: SchemeSpec) -> Iterator[Problem]:
    """A facts file names a fact by one word, which must therefore be unique: criteria, items and vetoes alike."""
    owners: dict[str, str] = {}
    for place, _area, criterion in _placed_criteria(spec):
        for question in criterion.in_file:
            if owners.setdefault(question.item, f"criterion {criterion.code}") != f"criterion {criterion.code}":
                yield Problem(place, _("The fact “%s” would mean two things.") % question.item, _("another code"))
    for number, veto in enumerate(spec.vetoes):
        if veto.code in owners:
            yield Problem(f"vetoes[{number}]", _("The fact “%s” would mean two things.") % veto.code, _("another code"))


def _variants(spec: SchemeSpec) -> Iterator[Problem]:
    first: dict[str, tuple[Area, Criterion]] = {}
    for place, area, criterion in _placed_criteria(spec):
        if criterion.code not in first:
            first[criterion.code] = area, criterion
            continue
        first_area, other = first[criterion.code]
        if not (criterion.only and other.only) or area is not first_area:
            yield Problem(
                place,
                _("The code “%s” appears here twice.") % criterion.code,
                _("each code once, or variants in one area that all have “only”"),
                terms=_keys("only"),
            )
        elif criterion.max != other.max:
            yield Problem(
                f"{place}.max",
                _("Variants of %s have different maxima.") % criterion.code,
                _("%s, as the first variant") % other.max,
            )
        elif _relative(criterion) != _relative(other):
            yield Problem(
                f"{place}.to_mean",
                _("Of the variants of %s all look at the county's mean, or none.") % criterion.code,
                _("as the first variant"),
            )


# Methods


def _methods(spec: SchemeSpec) -> Iterator[Problem]:
    for place, _area, criterion in _placed_criteria(spec):
        check = _METHOD_CHECKS.get(criterion.method)
        if check:
            yield from check(place, criterion)


def _deduction(place: str, criterion: Deduction) -> Iterator[Problem]:
    for number, item in enumerate(criterion.items):
        if item.per is None and not item.zeroes:
            yield _missing(f"{place}.items[{number}]", "per", "zeroes")


def _tiers(place: str, criterion: Tiers) -> Iterator[Problem]:
    for number, tier in enumerate(criterion.tiers):
        here, earlier = f"{place}.tiers[{number}]", criterion.tiers[:number]
        if (tier.at_least is None) == (tier.at_most is None):
            limits = ("at_least", "at_most")
            yield Problem(here, _("A tier has exactly one limit."), " / ".join(limits), terms=_keys(*limits))
        elif any(_hides(other, tier) for other in earlier):
            yield Problem(here, _("An earlier tier always hides this one."), _("a limit that earlier tiers leave open"))
        elif _cover_everything(earlier):
            yield _warning(here, _("Earlier tiers together hide this one."), _("a limit that earlier tiers leave open"))
        if tier.points > criterion.max:
            yield Problem(
                here, _("%s points are more than the criterion has.") % tier.points, _("at most %s") % criterion.max
            )


def _hides(earlier: Tier, later: Tier) -> bool:
    if earlier.at_least is not None and later.at_least is not None:
        return later.at_least >= earlier.at_least
    if earlier.at_most is not None and later.at_most is not None:
        return later.at_most <= earlier.at_most
    return False


def _cover_everything(tiers: Iterable[Tier]) -> bool:
    lowest = min((tier.at_least for tier in tiers if tier.at_least is not None), default=None)
    highest = max((tier.at_most for tier in tiers if tier.at_most is not None), default=None)
    return lowest is not None and highest is not None and lowest <= highest


def _linear(place: str, criterion: Linear) -> Iterator[Problem]:
    if criterion.zero_at == criterion.full_at:
        yield Problem(
            f"{place}.full_at",
            _("“zero_at” and “full_at” are the same."),
            _("another value than %s") % criterion.zero_at,
            terms=_keys("zero_at", "full_at"),
        )


def _sources(spec: SchemeSpec) -> Iterator[Problem]:
    """Where a figure comes from (formats, Extensions): one thing at a time, and from a criterion that asks for it."""
    plain = {c.code for c in spec.criteria if isinstance(c, Tiers | Linear)}
    plain -= {c.code for c in spec.criteria if not isinstance(c, Tiers | Linear) or _sourced(c)}
    for place, _area, criterion in _placed_criteria(spec):
        if not isinstance(criterion, Tiers | Linear):
            continue
        if len(keys := _sourced(criterion)) > 1:
            one_source = _("A figure comes from one source.")
            yield Problem(f"{place}.{keys[1]}", one_source, " / ".join(keys), terms=_keys(*keys))
        if criterion.same_as and criterion.same_as not in plain:
            expected = " / ".join(sorted(plain))
            yield Problem(f"{place}.same_as", _("Unknown criterion with a figure “%s”.") % criterion.same_as, expected)
        reported = criterion.supplier == "village" or criterion.supplier.startswith("department:")
        if criterion.to_mean and not reported and not is_from_below(criterion.supplier):
            yield Problem(
                f"{place}.to_mean",
                _("The mean is computed from what rated units or departments report, not from score sheets."),
                " / ".join(("village", DEPARTMENTS)),
                terms=(Term("supplier", "village"), Term("supplier", DEPARTMENTS)),
            )


def _relative(criterion: Criterion) -> bool:
    return isinstance(criterion, Tiers | Linear) and criterion.to_mean


def _sourced(criterion: Tiers | Linear) -> list[str]:
    return [key for key in ("monthly", "to_mean", "same_as") if getattr(criterion, key)]


def _checklist(place: str, criterion: Checklist) -> Iterator[Problem]:
    if criterion.all_or_nothing:
        return
    for number, item in enumerate(criterion.items):
        if item.points is None:
            yield _missing(f"{place}.items[{number}]", "points")
    total = sum((item.points or 0 for item in criterion.items), Decimal(0))
    if total != criterion.max:
        yield _warning(f"{place}.items", _("The items have %s points together.") % total, str(criterion.max))


def _bounds(spec: SchemeSpec) -> Iterator[Problem]:
    """The bounds must leave a possible value; one bound of a percentage may be replaced on its own."""
    for place, _area, criterion in _placed_criteria(spec):
        for number, question in enumerate(criterion.questions):
            least, most = question.least, question.most
            if least is not None and most is not None and least > most:
                item = f".items[{number}]" if question.kind == "count" else ""
                yield Problem(
                    f"{place}{item}.most", _("No figure lies between these bounds."), _("at least %s") % least
                )


_METHOD_CHECKS: dict[str, Callable[..., Iterator[Problem]]] = {
    "deduction": _deduction,
    "tiers": _tiers,
    "linear": _linear,
    "checklist": _checklist,
}


def _suppliers(spec: SchemeSpec) -> Iterator[Problem]:
    for place, _area, criterion in _placed_criteria(spec):
        if is_from_below(criterion.supplier):
            yield from _from_below(spec, f"{place}.supplier", criterion)
            continue
        known = criterion.supplier in SUPPLIERS or criterion.supplier.removeprefix("department:") not in (
            "",
            criterion.supplier,
        )
        if not known:
            yield _warning(
                f"{place}.supplier",
                _("Nobody is known as “%s”.") % criterion.supplier,
                " / ".join((*SUPPLIERS, DEPARTMENTS)),
                *(Term("supplier", one) for one in (*SUPPLIERS, DEPARTMENTS)),
            )


def _from_below(spec: SchemeSpec, place: str, criterion: Criterion) -> Iterator[Problem]:
    """A figure that is computed from the villages of the rated unit (``ratings.scheme.below``)."""
    if from_below(criterion.supplier) is None:
        forms = tuple(Term("supplier", form) for form in FORMS)
        unknown = _("No figure from below is called “%s”.") % criterion.supplier
        yield Problem(place, unknown, " / ".join(FORMS), terms=forms)
    elif not isinstance(criterion, Tiers | Linear):
        figured = (Term("method", "tiers"), Term("method", "linear"))
        needed = _("A figure from below needs a criterion that looks at a figure.")
        yield Problem(place, needed, "tiers / linear", terms=figured)
    elif keys := _sourced(criterion):
        expected, at = f"supplier / {keys[0]}", f"{place.removesuffix('supplier')}{keys[0]}"
        yield Problem(at, _("A figure comes from one source."), expected, terms=_keys("supplier", keys[0]))
    if spec.rates in NOTHING_BELOW:
        below = _("Nothing lies below a unit of the level “%s”.") % spec.rates
        yield Problem(place, below, _("a scheme for townships"), terms=(Term("rates", spec.rates),))


# Stars


def _areas(spec: SchemeSpec) -> Iterator[Problem]:
    for number, area in enumerate(spec.areas):
        place = f"areas[{number}]"
        if area.kind == "base" and area.cap is not None:
            yield _warning(f"{place}.cap", _("A cap has no effect on a base area."), _("a bonus or penalty area"))
        counts = area.kind == "base" and spec.rule != "lines"
        if counts and area.line is None:
            yield _missing(place, "line")
        elif counts and area.line is not None and area.line > area.full:
            yield _warning(f"{place}.line", _("This line cannot be reached."), _("at most %s") % area.full)
        elif not counts and area.line is not None:
            told, expected = _("This line has no effect."), _("a base area under “areas” or “core”")
            yield _warning(f"{place}.line", told, expected, Term("rule", "areas"), Term("rule", "core"))
        if area.core and not (spec.rule == "core" and area.kind == "base"):
            told, expected = _("This has no effect here."), _("a base area under the rule “core”")
            yield _warning(f"{place}.core", told, expected, Term("rule", "core"))


def _stars(spec: SchemeSpec) -> Iterator[Problem]:
    if spec.rule == "areas":
        if spec.stars:
            yield Problem("stars", _("Here every area is a star of its own."), _("no star lines"))
        return
    if not spec.stars:
        yield _warning("stars", _("No star can be reached."), _("at least one star"))
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
    return Problem(f"{place}.{key}", told, " / ".join(stated), terms=_keys(*stated))


def _named(spec: SchemeSpec, line: StarLine, place: str) -> Iterator[Problem]:
    """A star line may only name what the scheme has."""
    areas = {area.code: area for area in spec.areas if area.kind == "base"}
    figures = {c.code for c in spec.criteria if isinstance(c, Tiers | Linear)}
    for code, share in line.areas.items():
        if code not in areas:
            yield Problem(f"{place}.areas.{code}", _("Unknown base area “%s”.") % code, " / ".join(areas))
        elif share > 1:
            yield _warning(f"{place}.areas.{code}", _("This line cannot be reached."), _("a share of at most 1"))
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


def _vetoes(spec: SchemeSpec) -> Iterator[Problem]:
    areas, stars = {area.code for area in spec.areas}, {line.star for line in spec.stars}
    for number, veto in enumerate(spec.vetoes):
        for at, bar in enumerate(_barred(veto)):
            place = f"vetoes[{number}].bars[{at}]"
            if spec.rule == "areas" and bar not in areas:
                yield Problem(place, _("Unknown area “%s”.") % bar, " / ".join(sorted(areas)))
            elif spec.rule != "areas" and isinstance(bar, str):
                yield Problem(place, _("%s does not belong here.") % bar, _("a star"))
            elif spec.rule != "areas" and bar not in stars:
                yield _warning(place, _("The scheme has no star %s.") % bar, " / ".join(map(str, sorted(stars))))


def _barred(veto: VetoSpec) -> tuple[int | str, ...]:
    return () if veto.bars == "all" else veto.bars


def _full_marks(spec: SchemeSpec) -> Iterator[Problem]:
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
        yield _warning("areas", _("The base areas have %s points together.") % full, " / ".join(map(str, suggested)))


# Events


def _rules(spec: SchemeSpec) -> Iterator[Problem]:
    events = {event.code for event in spec.events}
    for number, rule in enumerate(spec.rules):
        place = f"rules[{number}]"
        if rule.event not in events:
            yield Problem(f"{place}.event", _("Unknown event “%s”.") % rule.event, " / ".join(sorted(events)))
        needed = NEEDED_BY.get(rule.does)
        if needed and getattr(rule, needed) is None:
            yield _missing(place, needed)
        for key in NEEDED_BY.values():
            if key != needed and getattr(rule, key) is not None:
                told, expected = _("This has no effect here."), _("nothing here with “%s”") % rule.does
                yield _warning(f"{place}.{key}", told, expected, Term("does", rule.does))


def _departments(spec: SchemeSpec) -> Iterator[Problem]:
    for name, times in Counter(spec.departments).items():
        if times > 1:
            yield Problem("departments", _("The department “%s” appears here twice.") % name, _("each department once"))


_CHECKS: tuple[Callable[[SchemeSpec], Iterator[Problem]], ...] = (
    _codes,
    _variants,
    _methods,
    _sources,
    _bounds,
    _suppliers,
    _areas,
    _stars,
    _vetoes,
    _full_marks,
    _departments,
    _rules,
)
