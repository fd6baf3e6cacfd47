"""Hypothesis strategies for valid scheme files and for facts that fit them (formats §1–2).

Numbers are few and coarse on purpose, so that totals, figures and days often fall exactly on a threshold.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial

from hypothesis import strategies as st

from tests.ratings.reference_scoring import points_of

TAGS = ["平原", "山区", "城郊"]
METHODS = ["judged", "deduction", "count", "tiers", "linear", "checklist"]
BELOW = ["below:share_at_least:4", "below:share_at_least:1", "below:mean_points", "below:no_event:case_opened,poll"]
UNITS = {"village": "330624108{}", "township": "330624{}", "station": "330624108S{}"}
"""The codes of units of a level, by a number of three digits (of a station: its last two)."""


@cache
def numbers(low, high, places=1):
    """Decimals from ``low`` to ``high``, often whole; whole ones sometimes as ``int`` as a JSON file has them."""
    whole = st.integers(low, high)
    unit = 10**places
    fine = st.integers(low * unit, high * unit).map(lambda n: Decimal(n) / unit)
    return whole | fine | whole.map(lambda n: Decimal(f"{n}.0"))


COUNTS, TICKS = st.sampled_from([0, 2]) | numbers(0, 8), st.sampled_from([0, 1, 1])


def sometimes(draw, target, key, strategy):
    if draw(st.booleans()):
        target[key] = draw(strategy)


def code_of(rates, number):
    """The code of a unit of the level, by a number from 1 to 99."""
    return UNITS[rates].format(f"{number:02d}" if rates == "station" else 200 + number)


def bounds(draw, target, low):
    """The possible values of a count or figure, wide enough to leave something."""
    if not draw(st.integers(0, 3)):
        sometimes(draw, target, "least", numbers(low, 2))
        sometimes(draw, target, "most", numbers(20, 100))
        sometimes(draw, target, "whole", st.booleans())


@st.composite
def items(draw, zeroes):
    made = []
    for code in "abc"[: draw(st.integers(1, 3))]:
        item = {"code": code, "name": f"项{code}"}
        if zeroes and draw(st.integers(0, 4)) == 0:
            item["zeroes"] = draw(st.booleans())
        if not item.get("zeroes") or draw(st.booleans()):
            item["per"] = draw(numbers(0, 3, 2))
            sometimes(draw, item, "each", st.sampled_from([1, 2, 3, 7, Decimal("0.5"), Decimal("2.5")]))
            sometimes(draw, item, "at_most", numbers(0, 4))
            sometimes(draw, item, "step", st.just("started"))
        bounds(draw, item, low=0)
        made.append(item)
    return made


@st.composite
def tiers(draw, most):
    """Limits that go down (``at_least``), up (``at_most``), or both in turn without ever hiding one."""
    limits = sorted(draw(st.lists(numbers(0, 100), min_size=1, max_size=5, unique=True)))
    made = []
    for limit in reversed(limits):
        made.append({"at_least": limit})
    if draw(st.booleans()):
        made = [{"at_most": limit} for limit in limits]
    elif draw(st.booleans()):
        made.append({"at_most": draw(numbers(0, 100))})
    for tier in made:
        tier["points"] = draw(st.sampled_from([0, most]) | numbers(0, int(most)))
    return made


@st.composite
def criterion(draw, code, most, method=None, rates="village"):
    method = method or draw(st.sampled_from(METHODS))
    made = {"code": code, "name": f"指标{code}", "max": most, "method": method}
    if method == "judged":
        sometimes(draw, made, "step", st.sampled_from([1, Decimal("0.5"), Decimal("0.1"), 2, Decimal("0.25")]))
    elif method in ("deduction", "count"):
        made["items"] = draw(items(zeroes=method == "deduction"))
    elif method == "tiers":
        made["tiers"] = draw(tiers(most))
        bounds(draw, made, low=-20)
    elif method == "linear":
        made["zero_at"], made["full_at"] = draw(
            st.tuples(numbers(-20, 100), numbers(-20, 100)).filter(lambda pair: pair[0] != pair[1])
        )
        sometimes(draw, made, "gate", numbers(-20, 100))
        bounds(draw, made, low=-20)
    else:
        made["items"] = [
            {"code": c, "name": f"项{c}", "points": draw(numbers(0, 3, 2))} for c in "abcd"[: draw(st.integers(1, 4))]
        ]
        sometimes(draw, made, "all_or_nothing", st.booleans())
    sometimes(draw, made, "supplier", st.sampled_from(["village", "township", "poll", "department:农业农村局"]))
    if rates == "township" and method in ("tiers", "linear") and draw(st.booleans()):
        made["supplier"] = draw(st.sampled_from(BELOW))
        made["figure"] = draw(st.sampled_from(["占比(%)", "占比（％）", "得分率"]))
    return made


@st.composite
def criteria(draw, area, rates):
    made = []
    for number in range(draw(st.integers(0 if area["kind"] != "base" else 1, 4))):
        code, most = f"{area['code']}.{number + 1}", draw(numbers(1, 10))
        if draw(st.integers(0, 4)):
            made.append(draw(criterion(code, most, rates=rates)))
            continue
        groups = draw(st.sampled_from([[TAGS], [TAGS[:1], TAGS[1:]], [[tag] for tag in TAGS]]))
        made += [draw(criterion(code, most, rates=rates)) | {"only": tags} for tags in groups]
    return made


@st.composite
def areas(draw, rule, rates):
    kinds = (
        ["base"] * draw(st.integers(1, 5)) + ["bonus"] * draw(st.integers(0, 2)) + ["penalty"] * draw(st.integers(0, 2))
    )
    made = []
    for number, kind in enumerate(draw(st.permutations(kinds)), start=1):
        area = {"code": str(number) if kind == "base" else f"{kind[0].upper()}{number}", "name": "面", "kind": kind}
        area["criteria"] = draw(criteria(area, rates))
        if kind != "base":
            sometimes(draw, area, "cap", numbers(0, 8))
        elif rule != "lines":
            area["line"] = draw(numbers(0, max(1, int(sum(c["max"] for c in area["criteria"])))))
            if rule == "core":
                sometimes(draw, area, "core", st.booleans())
        made.append(area)
    return made


@st.composite
def star_lines(draw, scheme):
    rule, made = scheme["rule"], []
    if rule == "areas":
        return made
    base = [area for area in scheme["areas"] if area["kind"] == "base"]
    full = int(sum(c["max"] for area in base for c in area["criteria"]))
    all_criteria = sorted({c["code"] for area in scheme["areas"] for c in area["criteria"]})
    figured = sorted(
        {c["code"] for area in scheme["areas"] for c in area["criteria"] if c["method"] in ("tiers", "linear")}
    )
    stars = sorted(draw(st.sets(st.integers(1, 8), min_size=1, max_size=8)), reverse=True)
    totals = sorted(
        draw(st.lists(numbers(0, max(full, 10)), min_size=len(stars), max_size=len(stars), unique=True)), reverse=True
    )
    for star, total in zip(stars, totals, strict=True):
        line = {"star": star}
        if rule == "core":
            if draw(st.integers(0, 3)):
                line["core"] = "all"
            sometimes(draw, line, "others", st.integers(0, 3))
        else:
            asked = draw(st.sampled_from(["total", "total", "over", None]))
            if asked:
                line[asked] = total
            if base and draw(st.booleans()):
                named = draw(st.lists(st.sampled_from(base), max_size=2, unique_by=lambda area: area["code"]))
                line["areas"] = {area["code"]: draw(numbers(0, 1, 2)) for area in named}
            if all_criteria and draw(st.integers(0, 2)) == 0:
                line["criteria"] = {draw(st.sampled_from(all_criteria)): draw(numbers(0, 6))}
            if figured and draw(st.integers(0, 2)) == 0:
                wanted = numbers(0, 100)
                line["figures"] = {
                    draw(st.sampled_from(figured)): draw(wanted | wanted.map(lambda most: {"at_most": most}))
                }
            if draw(st.integers(0, 3)) == 0:
                line["top"] = draw(numbers(0, 1, 2))
        made.append(line)
    return made


@st.composite
def vetoes(draw, scheme):
    made = []
    if scheme["rule"] == "areas":
        possible = [area["code"] for area in scheme["areas"] if area["kind"] == "base"]
    else:
        possible = [line["star"] for line in scheme["stars"]] or [5]
    for number in range(draw(st.integers(0, 3))):
        veto = {"code": f"V{number + 1}", "name": "一票否决"}
        veto["bars"] = draw(st.just("all") | st.lists(st.sampled_from(possible), max_size=3, unique=True))
        sometimes(draw, veto, "months", st.sampled_from([1, 2, 6, 12, 24]))
        made.append(veto)
    return made


@st.composite
def schemes(draw, levels=("village", "township", "station")):
    scheme = {"format": "pingxing-scheme/1", "name": "考评标准", "year": 2026, "unit": "330624"}
    rule, rates = draw(st.sampled_from(["lines", "lines", "areas", "core"])), draw(st.sampled_from(levels))
    scheme["rule"], scheme["rates"] = rule, rates
    if rates == "township":
        scheme["townships_decide_up_to"] = 0
    else:
        sometimes(draw, scheme, "townships_decide_up_to", st.integers(0, 5))
    scheme["areas"] = draw(areas(rule, rates))
    scheme["stars"] = draw(star_lines(scheme))
    scheme["vetoes"] = draw(vetoes(scheme))
    for key, usual in (("rule", "lines"), ("rates", "village")):
        if scheme[key] == usual and draw(st.booleans()):
            del scheme[key]
    return scheme


def fitting(scheme, tag):
    every = [criterion for area in scheme["areas"] for criterion in area["criteria"]]
    return [criterion for criterion in every if "only" not in criterion or tag in criterion["only"]]


def fact_values(criterion):
    """The facts that a criterion asks for, each with its possible values."""
    code, method = criterion["code"], criterion["method"]
    if method == "judged":
        step = Decimal(criterion.get("step", 1))
        yield code, st.integers(0, int(criterion["max"] / step)).map(lambda n: n * step)
    elif method in ("tiers", "linear"):
        lines = [t.get("at_least", t.get("at_most")) for t in criterion.get("tiers", [])]
        lines += [criterion[key] for key in ("zero_at", "full_at", "gate") if key in criterion]
        yield code, _possible(criterion, st.sampled_from(lines) | numbers(-20, 110, 3))
    elif method == "checklist":
        for item in criterion["items"]:
            yield f"{code}.{item['code']}", TICKS
    else:
        for item in criterion["items"]:
            yield f"{code}.{item['code']}", _possible(item, COUNTS)


def _possible(target, values):
    """Those of ``values`` that ``target``, a criterion with a figure or an item, accepts."""
    share = any(sign in target.get("figure", "") for sign in "%％")
    least, most = target.get("least", 0 if share else None), target.get("most", 100 if share else None)
    if (least, most, target.get("whole")) == (None, None, None):
        return values
    return values.filter(partial(_fits, least, most, target.get("whole")))


def _fits(least, most, whole, value):
    over, under = least is None or least <= value, most is None or value <= most
    return over and under and not (whole and value != int(value))


@st.composite
def facts(draw, scheme, day):
    """Rows (unit, item, value, date) of up to six units, each with one tag of the county and perhaps other tags."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        unit, tag = code_of(scheme.get("rates", "village"), 1 + number), draw(st.sampled_from(TAGS))
        rows.append((unit, "@tag", tag, ""))
        if draw(st.booleans()):
            rows.append((unit, "@tag", "示范", ""))
        for criterion in fitting(scheme, tag):
            for item, values in fact_values(criterion):
                if draw(st.integers(0, 5)):
                    rows.append((unit, item, f"{Decimal(draw(values)):f}", ""))
        for veto in scheme["vetoes"]:
            for met in draw(st.lists(veto_days(day), max_size=2)):
                rows.append((unit, veto["code"], "", met.isoformat()))
    return draw(st.permutations(rows))


def veto_days(day):
    """Days near the ends of a veto's months before ``day``, and month-ends."""
    near = st.builds(
        lambda months, days: day - timedelta(days=30 * months + days),
        st.sampled_from([0, 1, 2, 6, 12, 24]),
        st.integers(-3, 8),
    )
    return near | st.sampled_from([date(2026, 1, 31), date(2025, 12, 31), date(2024, 2, 29), date(2026, 8, 31)])


days = st.sampled_from(
    [date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 24), date(2026, 9, 30), date(2026, 2, 27), date(2027, 1, 5)]
)


@st.composite
def cases(draw):
    """(scheme, rows, day), the lines often lying exactly on what some unit reaches."""
    scheme, day = draw(schemes()), draw(days)
    rows = draw(facts(scheme, day))
    if draw(st.integers(0, 3)):
        draw_lines_through(draw, scheme, list(reached(scheme, rows)))
    return scheme, rows, day


def reached(scheme, rows):
    """What each unit of ``rows`` has: totals, areas, criteria and figures as exact decimals where they are such."""
    for unit in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == unit and not row[1].startswith("V")]
        values = {item: Fraction(value) for _unit, item, value, _day in mine if item != "@tag"}
        yield points_of(scheme, [row[2] for row in mine if row[1] == "@tag"], values)


def draw_lines_through(draw, scheme, units):
    def one_of(part, code):
        having = sorted({unit[part][code] for unit in units if code in unit[part]})
        return exact(draw(st.sampled_from(having))) if having else None

    for area in scheme["areas"]:
        if "line" in area and draw(st.booleans()):
            area["line"] = one_of("areas", area["code"])
    totals = sorted({unit["total"] for unit in units}, reverse=True)
    asked = [(line, key) for line in scheme["stars"] for key in ("total", "over") if key in line]
    spare = len(asked) - len(totals)
    first = draw(st.integers(0, max(spare, 0)))
    for number, (line, key) in enumerate(asked):
        at = number - first
        line[key] = exact(totals[at]) if 0 <= at < len(totals) else exact(totals[0]) + 1000 - number
        if at >= len(totals):
            line[key] = -number
    for line in scheme["stars"]:
        for part in ("criteria", "figures"):
            for code in line.get(part, {}):
                value = one_of(part, code)
                if value is None or draw(st.booleans()):
                    continue
                limit = isinstance(line[part][code], dict)
                line[part][code] = {"at_most": value} if limit else value


def exact(value):
    return Decimal(value.numerator) / Decimal(value.denominator)
