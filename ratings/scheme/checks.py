"""Consistency between the parts of a scheme file (formats §1, "A scheme is checked as it is read")."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme import star_checks
from ratings.scheme.below import FORMS, from_below, is_from_below
from ratings.scheme.problems import Problem, Term, key_terms, missing, warning
from ratings.scheme.spec import (
    Area,
    Checklist,
    Criterion,
    Deduction,
    Linear,
    SchemeSpec,
    Tier,
    Tiers,
)

SUPPLIERS = ("village", "township", "county", "poll")
"""Who supplies a fact, besides ``department:NAME`` and what is computed from below."""
DEPARTMENTS = "department:…"
NOTHING_BELOW = ("village", "station")
NEEDED_BY = {"lower": "by", "cap": "star"}
"""The key without which a rule of this kind says nothing."""


def problems(spec: SchemeSpec) -> list[Problem]:
    """All errors and warnings of a scheme with a valid structure, in the order of the file."""
    problems_found = [problem for check in _CHECKS for problem in check(spec)]
    return sorted(problems_found, key=lambda problem: problem.severity)


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
                terms=key_terms("only"),
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
            yield missing(f"{place}.items[{number}]", "per", "zeroes")


def _tiers(place: str, criterion: Tiers) -> Iterator[Problem]:
    for number, tier in enumerate(criterion.tiers):
        here, earlier = f"{place}.tiers[{number}]", criterion.tiers[:number]
        if (tier.at_least is None) == (tier.at_most is None):
            limits = ("at_least", "at_most")
            yield Problem(here, _("A tier has exactly one limit."), " / ".join(limits), terms=key_terms(*limits))
        elif any(_hides(other, tier) for other in earlier):
            yield Problem(here, _("An earlier tier always hides this one."), _("a limit that earlier tiers leave open"))
        elif _cover_everything(earlier):
            yield warning(here, _("Earlier tiers together hide this one."), _("a limit that earlier tiers leave open"))
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
            terms=key_terms("zero_at", "full_at"),
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
            yield Problem(f"{place}.{keys[1]}", one_source, " / ".join(keys), terms=key_terms(*keys))
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
            yield missing(f"{place}.items[{number}]", "points")
    total = sum((item.points or 0 for item in criterion.items), Decimal(0))
    if total != criterion.max:
        yield warning(f"{place}.items", _("The items have %s points together.") % total, str(criterion.max))


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
            yield warning(
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
        yield Problem(at, _("A figure comes from one source."), expected, terms=key_terms("supplier", keys[0]))
    if spec.rates in NOTHING_BELOW:
        below = _("Nothing lies below a unit of the level “%s”.") % spec.rates
        yield Problem(place, below, _("a scheme for townships"), terms=(Term("rates", spec.rates),))


# Events


def _rules(spec: SchemeSpec) -> Iterator[Problem]:
    events = {event.code for event in spec.events}
    for number, rule in enumerate(spec.rules):
        place = f"rules[{number}]"
        if rule.event not in events:
            yield Problem(f"{place}.event", _("Unknown event “%s”.") % rule.event, " / ".join(sorted(events)))
        needed = NEEDED_BY.get(rule.does)
        if needed and getattr(rule, needed) is None:
            yield missing(place, needed)
        for key in NEEDED_BY.values():
            if key != needed and getattr(rule, key) is not None:
                told, expected = _("This has no effect here."), _("nothing here with “%s”") % rule.does
                yield warning(f"{place}.{key}", told, expected, Term("does", rule.does))


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
    star_checks.areas,
    star_checks.stars,
    star_checks.vetoes,
    star_checks.full_marks,
    _departments,
    _rules,
)
