"""A lead in words: what was measured, what else may explain it, and the columns of the rows behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.face import star_name
from reports.leads.models import Lead, LeadRule
from reports.leads.photos import EVIDENCE, PROGRESS, SPOT
from reviews.models import Objection

SOURCES = {
    EVIDENCE: gettext_lazy("Evidence of an application"),
    SPOT: gettext_lazy("Photo from the spot, by a reviewer"),
    PROGRESS: gettext_lazy("Progress of an improvement plan"),
}
OTHER_REASONS = {
    LeadRule.GAP: gettext_lazy(
        "What else may explain it: criteria that changed in the year, evidence that was missing, items counted twice in"
        " good faith."
    ),
    LeadRule.JUMP: gettext_lazy(
        "What else may explain it: a finished improvement plan, a new committee, a merger, a year before that was"
        " unusually bad."
    ),
    LeadRule.OBJECTIONS: gettext_lazy(
        "What else may explain it: one dispute that several people brought, a quarrel between families, a rumour that"
        " was answered."
    ),
    LeadRule.PHOTO: gettext_lazy(
        "What else may explain it: a meeting or a building that several villages share, one notice for the whole"
        " township, a board that looks the same every year."
    ),
    LeadRule.REVIEWER: gettext_lazy(
        "What else may explain it: weak or strong villages in one group, an expert's closer look, one village that"
        " moves the average."
    ),
    LeadRule.CROWD: gettext_lazy(
        "What else may explain it: villages that worked towards the line, criteria with few steps, a small township."
    ),
}


class LeadColumn(NamedTuple):
    head: Any
    words: Callable[[dict[str, Any]], Any]
    number: bool = False


def _plain(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: row[name]


_YEAR = LeadColumn(gettext_lazy("Year"), _plain("year"))
_PANEL = LeadColumn(gettext_lazy("Panel"), _plain("panel"), True)
_DIFFERENCE = LeadColumn(gettext_lazy("Difference"), _plain("difference"), True)
COLUMNS: dict[str, list[LeadColumn]] = {
    LeadRule.GAP: [_YEAR, LeadColumn(gettext_lazy("Self-assessment"), _plain("own"), True), _PANEL, _DIFFERENCE],
    LeadRule.JUMP: [_YEAR, _PANEL, LeadColumn(gettext_lazy("Of full marks (%)"), _plain("share"), True)],
    LeadRule.OBJECTIONS: [
        LeadColumn(gettext_lazy("Day"), lambda row: date_format(date.fromisoformat(row["on"]))),
        LeadColumn(gettext_lazy("State"), lambda row: Objection.State(row["state"]).label),
    ],
    LeadRule.PHOTO: [
        _YEAR,
        LeadColumn(gettext_lazy("Source"), lambda row: SOURCES[row["source"]]),
        LeadColumn(gettext_lazy("File"), _plain("file")),
    ],
    LeadRule.REVIEWER: [
        _YEAR,
        LeadColumn(gettext_lazy("This reviewer"), _plain("own"), True),
        LeadColumn(gettext_lazy("The others on average"), _plain("others"), True),
        _DIFFERENCE,
    ],
    LeadRule.CROWD: [_YEAR, _PANEL],
}


def sentence(lead: Lead) -> str:
    """What was measured, without a judgement."""
    return _SENTENCES[LeadRule(lead.rule)](lead)


def _gap(lead: Lead) -> str:
    text = ngettext(
        "%(unit)s: in %(cases)d year its self-assessment was above the panel by up to %(value)s points",
        "%(unit)s: in %(cases)d years its self-assessment was above the panel by up to %(value)s points",
        lead.cases,
    )
    return text % {"unit": lead.unit, "cases": lead.cases, **lead.measured}


def _jump(lead: Lead) -> str:
    return _(
        "%(unit)s: in %(year)s it rose by %(value)s hundredths of full marks, the county's median change was %(usual)s"
    ) % {"unit": lead.unit, **lead.measured}


def _objections(lead: Lead) -> str:
    text = ngettext(
        "%(unit)s: %(cases)d objection within two years, %(upheld)s of them upheld",
        "%(unit)s: %(cases)d objections within two years, %(upheld)s of them upheld",
        lead.cases,
    )
    return text % {"unit": lead.unit, "cases": lead.cases, **lead.measured}


def _photo(lead: Lead) -> str:
    if lead.unit:
        return _("%(unit)s: the same or nearly the same photo in %(cases)d years") % {
            "unit": lead.unit,
            "cases": lead.cases,
        }
    return _("The same or nearly the same photo for %(units)d villages") % lead.measured


def _reviewer(lead: Lead) -> str:
    higher = not lead.measured["value"].startswith("-")
    words = {
        "person": lead.person,
        "place": lead.unit,
        "value": lead.measured["value"].removeprefix("-"),
        "cases": lead.cases,
    }
    if higher:
        return _("%(person)s (%(place)s): over %(cases)d villages %(value)s points above the others on average") % words
    return _("%(person)s (%(place)s): over %(cases)d villages %(value)s points below the others on average") % words


def _crowd(lead: Lead) -> str:
    return _(
        "%(place)s, %(year)s: of totals within one point of the line of %(line)s for %(star)s, %(cases)d lie above it"
        " and %(under)s below"
    ) % {"place": lead.unit, "cases": lead.cases, **lead.measured, "star": star_name(int(lead.measured["star"]))}


_SENTENCES: dict[LeadRule, Callable[[Lead], str]] = {
    LeadRule.GAP: _gap,
    LeadRule.JUMP: _jump,
    LeadRule.OBJECTIONS: _objections,
    LeadRule.PHOTO: _photo,
    LeadRule.REVIEWER: _reviewer,
    LeadRule.CROWD: _crowd,
}
