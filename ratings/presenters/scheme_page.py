"""A scheme (考评标准) for readers, on a page and in print: what counts, how it is scored, what stars require."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from django.utils.translation import gettext as _

from ratings.events.applicable_scheme import event_names
from ratings.events.effects import rule_words
from ratings.models import Scheme
from ratings.scheme.below import from_below
from ratings.scheme.spec import Area, Criterion, SchemeSpec
from ratings.scheme.star_wording import line_words, veto_words
from ratings.scheme.wording import bounds_words, check_words, evidence_words, rule_lines, supplier_words
from records.addresses import address
from records.numbers import plain

Rows = list[tuple[str, str]]


def anchor(code: str) -> str:
    """The anchor of a criterion on the page of its scheme."""
    return f"c-{code}"


def criterion_address(scheme: int, code: str) -> str:
    """The address of the criterion of this code on the page of its scheme."""
    return f"{address('scheme', scheme)}#{quote(anchor(code))}"


@dataclass(frozen=True)
class Variant:
    """How a criterion is scored for the units with one of the tags ``only`` (none: for all)."""

    only: tuple[str, ...]
    lines: list[str]


@dataclass(frozen=True)
class CriterionEntry:
    """A criterion with its variants."""

    code: str
    name: str
    most: str
    variants: list[Variant]
    supplier: str
    evidence: Rows
    checks: str

    @property
    def anchor(self) -> str:
        return anchor(self.code)


@dataclass(frozen=True)
class AreaEntry:
    code: str
    name: str
    note: str
    criteria: list[CriterionEntry]


@dataclass(frozen=True)
class EventEntry:
    name: str
    rules: list[str]


class SchemeView:
    """``spec`` in words. A draft that was never valid has no ``spec`` and cannot be shown this way.

    ``place``: the code of the unit whose scheme it is; events of the units below are called as they are called there.
    """

    def __init__(self, spec: SchemeSpec, place: str = "") -> None:
        self.spec, self.place = spec, place or spec.unit or ""

    @classmethod
    def of(cls, scheme: Scheme) -> "SchemeView":
        return cls(scheme.spec, scheme.unit_id)

    @property
    def full(self) -> str:
        return plain(sum(area.full for area in self.spec.areas if area.kind == "base"))

    @cached_property
    def facts(self) -> Rows:
        """The general rules of the scheme."""
        spec = self.spec
        rows = [
            (_("Full marks"), _("%s points") % self.full),
            (_("Departments of the joint check"), _(", ").join(spec.departments)),
            (_("Townships decide up to"), _("%s stars") % spec.townships_decide_up_to),
            (
                _("Reviewers settle differences above"),
                "" if spec.tolerance is None else _("%s points") % plain(spec.tolerance),
            ),
            (_("Public notice"), _("%s working days") % spec.notice_days),
            (_("An appeal may be made within"), _("%s days") % spec.appeal_days),
        ]
        return [row for row in rows if row[1]]

    @cached_property
    def areas(self) -> list[AreaEntry]:
        return [AreaEntry(a.code, a.name, self._area_note(a), list(self._criteria(a))) for a in self.spec.areas]

    def _area_note(self, area: Area) -> str:
        parts = []
        if area.kind == "base":
            parts.append(_("full marks %s") % plain(area.full))
        elif area.kind == "bonus":
            parts.append(_("adds points"))
        else:
            parts.append(_("takes points off"))
        if area.cap is not None and area.kind != "base":
            parts.append(_("at most %s points") % plain(area.cap))
        if area.core:
            parts.append(_("core area"))
        if area.line is not None and self.spec.rule != "lines":
            parts.append(_("line %s points") % plain(area.line))
        return _(", ").join(parts)

    def _criteria(self, area: Area) -> Iterator[CriterionEntry]:
        for code in dict.fromkeys(criterion.code for criterion in area.criteria):
            variants = [criterion for criterion in area.criteria if criterion.code == code]
            yield self._criterion(variants, area.kind == "penalty")

    def _criterion(self, variants: list[Criterion], penalty: bool) -> CriterionEntry:
        first = variants[0]
        return CriterionEntry(
            code=first.code,
            name=first.name,
            most=plain(first.max),
            variants=[Variant(one.only, criterion_lines(one, penalty=penalty)) for one in variants],
            supplier=_(", ").join(dict.fromkeys(self._supplier(one) for one in variants)),
            evidence=list(
                dict.fromkeys((piece.name, evidence_words(piece)) for one in variants for piece in one.evidence)
            ),
            checks=_(", ").join(dict.fromkeys(check_words(check) for one in variants for check in one.checks)),
        )

    def _supplier(self, criterion: Criterion) -> str:
        below = from_below(criterion.supplier)
        return supplier_words(criterion.supplier, self._events_below if below and below.events else None)

    @cached_property
    def _events_below(self) -> dict[str, str]:
        return event_names([self.place]).of_villages()

    @cached_property
    def stars(self) -> list[tuple[int, list[str]]]:
        return [(line.star, line_words(self.spec, line)) for line in self.spec.stars]

    @cached_property
    def vetoes(self) -> Rows:
        return [(f"{veto.code} {veto.name}".strip(), veto_words(self.spec, veto)) for veto in self.spec.vetoes]

    @cached_property
    def events(self) -> list[EventEntry]:
        """Every event with what each of its rules does: automatically, or after confirmation."""
        return [EventEntry(event.name or event.code, self._rules(event.code)) for event in self.spec.events]

    def _rules(self, event: str) -> list[str]:
        told = []
        for rule in self.spec.rules:
            if rule.event == event:
                effect = rule_words(rule.model_dump())
                how = _("%(effect)s, at once") if rule.automatic else _("%(effect)s, once it is confirmed")
                told.append(how % {"effect": effect})
        return told


def criterion_lines(criterion: Criterion, *, penalty: bool) -> list[str]:
    """How a criterion is scored, with its possible figures."""
    lines = rule_lines(criterion, penalty=penalty)
    lines += [
        _("%(name)s: %(value)s") % {"name": question.name or criterion.name, "value": words}
        for question in criterion.questions
        if (words := bounds_words(question))
    ]
    return lines
