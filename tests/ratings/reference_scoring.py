"""A slow, literal implementation of formats §1–2, sentence by sentence, for comparison only.

It is written only from that page, on bare dictionaries and fractions, and shares nothing with the code that it checks.
A scheme is the file's JSON with numbers as ``int`` or ``Decimal``; facts are rows (unit, item, value, date) of texts.
"""

import calendar
from datetime import date
from fractions import Fraction
from math import ceil, floor


def plain_try(scheme, rows, day):
    """The expected output of ``try_scheme`` for ``rows`` on ``day``: one dictionary per unit, sorted by code."""
    codes = sorted({row[0] for row in rows})
    units = {}
    for code in codes:
        mine = [row for row in rows if row[0] == code]
        tags = [value for _unit, item, value, _day in mine if item == "@tag"]
        veto_codes = [veto["code"] for veto in scheme.get("vetoes", [])]
        met = [(item, date.fromisoformat(on)) for _unit, item, _value, on in mine if item in veto_codes]
        facts = {
            item: Fraction(value) for _unit, item, value, _day in mine if item != "@tag" and item not in veto_codes
        }
        units[code] = points_of(scheme, tags, facts) | {"met": met}
    for unit in units.values():
        unit["rank"] = 1 + len([other for other in units.values() if other["total"] > unit["total"]])
        unit["barred"] = vetoes_in_force(scheme, unit["met"], day)
    return [written(scheme, code, units[code], len(units)) for code in codes]


# Points


def points_of(scheme, tags, facts):
    criteria, figures, missing, areas = {}, {}, [], {}
    for area in scheme["areas"]:
        area_points = Fraction(0)
        for criterion in area["criteria"]:
            if criterion.get("only") and not [tag for tag in tags if tag in criterion["only"]]:
                continue
            code = criterion["code"]
            assert code not in criteria, f"{code} fits twice"
            criteria[code] = METHODS[criterion["method"]](criterion, facts)
            area_points += criteria[code]
            if criterion["method"] in ("judged", "tiers", "linear") and code not in facts:
                missing.append(code)
            if criterion["method"] in ("tiers", "linear") and code in facts:
                figures[code] = facts[code]
        if area["kind"] != "base" and area.get("cap") is not None and area_points > area["cap"]:
            area_points = Fraction(area["cap"])
        areas[area["code"]] = area_points
    total = Fraction(0)
    for area in scheme["areas"]:
        if area["kind"] == "penalty":
            total -= areas[area["code"]]
        else:
            total += areas[area["code"]]
    if total < 0:
        total = Fraction(0)
    return {"criteria": criteria, "figures": figures, "missing": missing, "areas": areas, "total": total}


def item_fact(criterion, item, facts):
    return facts.get(criterion["code"] + "." + item["code"], Fraction(0))


def loss(item, count):
    steps = count / Fraction(item.get("each", 1))
    steps = ceil(steps) if item.get("step") == "started" else floor(steps)
    points = Fraction(item["per"]) * steps
    if "at_most" in item and points > item["at_most"]:
        points = Fraction(item["at_most"])
    return points


def plain_judged(criterion, facts):
    return facts.get(criterion["code"], Fraction(0))


def plain_deduction(criterion, facts):
    points = Fraction(criterion["max"])
    for item in criterion["items"]:
        count = item_fact(criterion, item, facts)
        if item.get("zeroes") and count > 0:
            return Fraction(0)
        if "per" in item:
            points -= loss(item, count)
    return points if points > 0 else Fraction(0)


def plain_count(criterion, facts):
    points = Fraction(0)
    for item in criterion["items"]:
        points += loss(item, item_fact(criterion, item, facts))
    return points if points < criterion["max"] else Fraction(criterion["max"])


def plain_tiers(criterion, facts):
    if criterion["code"] not in facts:
        return Fraction(0)
    figure = facts[criterion["code"]]
    for tier in criterion["tiers"]:
        if "at_least" in tier and figure >= tier["at_least"]:
            return Fraction(tier["points"])
        if "at_most" in tier and figure <= tier["at_most"]:
            return Fraction(tier["points"])
    return Fraction(0)


def plain_linear(criterion, facts):
    if criterion["code"] not in facts:
        return Fraction(0)
    figure = facts[criterion["code"]]
    zero_at, full_at, most = Fraction(criterion["zero_at"]), Fraction(criterion["full_at"]), Fraction(criterion["max"])
    less_is_better = zero_at > full_at
    if "gate" in criterion:
        if less_is_better and figure > criterion["gate"]:
            return Fraction(0)
        if not less_is_better and figure < criterion["gate"]:
            return Fraction(0)
    points = most * (figure - zero_at) / (full_at - zero_at)
    if points < 0:
        points = Fraction(0)
    if points > most:
        points = most
    return Fraction(floor(points * 100 + Fraction(1, 2)), 100)


def plain_checklist(criterion, facts):
    ticked = [item for item in criterion["items"] if item_fact(criterion, item, facts) == 1]
    if criterion.get("all_or_nothing"):
        return Fraction(criterion["max"]) if len(ticked) == len(criterion["items"]) else Fraction(0)
    points = sum((Fraction(item["points"]) for item in ticked), Fraction(0))
    return points if points < criterion["max"] else Fraction(criterion["max"])


METHODS = {
    "judged": plain_judged,
    "deduction": plain_deduction,
    "count": plain_count,
    "tiers": plain_tiers,
    "linear": plain_linear,
    "checklist": plain_checklist,
}


# Vetoes


def months_later(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def vetoes_in_force(scheme, met, day):
    codes = []
    for veto in scheme.get("vetoes", []):
        for code, on in met:
            if code != veto["code"] or on > day:
                continue
            acts = day < months_later(on, veto["months"]) if "months" in veto else on.year == scheme["year"]
            if acts and code not in codes:
                codes.append(code)
    return codes


def bars(scheme, codes, star):
    return [
        veto["code"]
        for veto in scheme.get("vetoes", [])
        if veto["code"] in codes and (veto["bars"] == "all" or star in veto["bars"])
    ]


# Stars


def full_marks(area):
    return sum(Fraction(m) for m in {criterion["code"]: criterion["max"] for criterion in area["criteria"]}.values())


def shortfalls(scheme, unit, line, rated):
    """Every condition of a star line that fails, as (why, has, needs)."""
    failing = []

    def ask(why, has, needs, holds):
        if not holds:
            failing.append((why, has, needs))

    if scheme.get("rule", "lines") == "lines":
        total = unit["total"]
        if "total" in line:
            ask("total", total, line["total"], total >= line["total"])
        if "over" in line:
            ask("over", total, line["over"], total > line["over"])
        for area in scheme["areas"]:
            if area["code"] in line.get("areas", {}):
                needs = Fraction(line["areas"][area["code"]]) * full_marks(area)
                has = unit["areas"][area["code"]]
                ask("areas." + area["code"], has, needs, has >= needs)
        for code, has in unit["criteria"].items():
            if code in line.get("criteria", {}):
                ask("criteria." + code, has, line["criteria"][code], has >= line["criteria"][code])
        for code in unit["criteria"]:
            if code in line.get("figures", {}):
                wanted, has = line["figures"][code], unit["figures"].get(code)
                if isinstance(wanted, dict):
                    ask("figures." + code, has, wanted["at_most"], has is not None and has <= wanted["at_most"])
                else:
                    ask("figures." + code, has, wanted, has is not None and has >= wanted)
        if "top" in line:
            needs = Fraction(line["top"]) * rated
            ask("top", unit["rank"], needs, unit["rank"] <= needs)
    else:
        others = 0
        for area in scheme["areas"]:
            if area["kind"] != "base":
                continue
            has = unit["areas"][area["code"]]
            if area.get("core"):
                if line.get("core") == "all":
                    ask("core." + area["code"], has, area["line"], has >= area["line"])
            elif has >= area["line"]:
                others += 1
        ask("others", others, line.get("others", 0), others >= line.get("others", 0))
    for veto in bars(scheme, unit["barred"], line["star"]):
        failing.append(("bar." + veto, None, None))
    return failing


def decide(scheme, unit, rated):
    """(star, short)"""
    if scheme.get("rule", "lines") == "areas":
        stars, short = 0, []
        for area in scheme["areas"]:
            if area["kind"] != "base":
                continue
            has, barring = unit["areas"][area["code"]], bars(scheme, unit["barred"], area["code"])
            if has < area["line"]:
                short.append((area["code"], "line", has, area["line"]))
            elif barring:
                short.append((area["code"], "bar." + barring[0], None, None))
            else:
                stars += 1
        return stars, short
    star, short = 0, []
    for line in scheme.get("stars", []):
        failing = shortfalls(scheme, unit, line, rated)
        if not failing:
            star = line["star"]
            break
        short += [(line["star"], *failure) for failure in failing]
    return star, short


# Writing


def two(value):
    if value is None:
        return None
    hundredths = floor(abs(Fraction(value)) * 100 + Fraction(1, 2))
    sign = "-" if value < 0 else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def written(scheme, code, unit, rated):
    star, short = decide(scheme, unit, rated)
    return {
        "unit": code,
        "criteria": {criterion: two(points) for criterion, points in unit["criteria"].items()},
        "areas": {area: two(points) for area, points in unit["areas"].items()},
        "total": two(unit["total"]),
        "star": star,
        "rank": unit["rank"],
        "barred": unit["barred"],
        "short": [{"star": s, "why": why, "has": two(has), "needs": two(needs)} for s, why, has, needs in short],
        "missing": unit["missing"],
    }
