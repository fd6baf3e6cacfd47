"""Two schemes side by side, criterion by criterion, in words: what is new, what is gone, what says something else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ratings.models import Scheme
from ratings.presenters.scheme_page import CriterionEntry, SchemeView

Kind = Literal["added", "removed", "changed"]
Lines = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One thing that a scheme says: ``rows`` in words, each with its label; ``exact``: what the words may leave out."""

    title: str
    rows: dict[str, Lines]
    exact: Any = None


@dataclass(frozen=True)
class SchemeRow:
    label: str
    before: Lines
    after: Lines

    @property
    def lines(self) -> Lines:
        """What one side alone says."""
        return self.before or self.after


@dataclass(frozen=True)
class SchemeDifference:
    title: str
    kind: Kind
    rows: list[SchemeRow]


@dataclass
class SchemeSection:
    """A part of the schemes: its differences, and how many entries are the same."""

    title: str
    differences: list[SchemeDifference] = field(default_factory=list)
    same: int = 0


def compared(before: SchemeView, after: SchemeView) -> list[SchemeSection]:
    """The sections in which the two differ, or have anything at all, in the order of the page of a scheme."""
    sections = []
    for (title, old), (_title, new) in zip(_sections(before), _sections(after), strict=True):
        section = SchemeSection(title)
        for key in {**new, **old}:  # what is gone comes last
            if difference := _difference(old.get(key), new.get(key)):
                section.differences.append(difference)
            else:
                section.same += 1
        if section.differences or section.same:
            sections.append(section)
    return sections


def others(scheme: Scheme, seen: Any) -> list[Scheme]:
    """The schemes of the same place and programme to compare with, those nearest before it first.

    ``seen``: all that the reader may see.
    """
    same = (
        seen.filter(unit=scheme.unit_id, rates=scheme.rates, programme=scheme.programme_id)
        .exclude(pk=scheme.pk)
        .defer("body")
    )
    rank = (scheme.year, scheme.version)
    return sorted(
        same, key=lambda one: ((one.year, one.version) > rank, abs(one.year - rank[0]), abs(one.version - rank[1]))
    )


def _difference(old: Entry | None, new: Entry | None) -> SchemeDifference | None:
    there = new or old
    if there is None or old == new:
        return None
    rows = [
        SchemeRow(label, was, now)
        for label in {**(old.rows if old else {}), **(new.rows if new else {})}
        if (was := old.rows.get(label, ()) if old else ()) != (now := new.rows.get(label, ()) if new else ())
    ]
    if old and new and not rows:
        rows = [SchemeRow(_("Codes or order"), (_("as before"),), (_("other ones"),))]
    kind: Kind = "added" if old is None else "removed" if new is None else "changed"
    return SchemeDifference(there.title, kind, rows)


def _sections(view: SchemeView) -> Iterator[tuple[str, dict[str, Entry]]]:
    spec = view.spec
    general = dict([(_("The scheme's name"), spec.name), *view.facts])
    yield (
        _("The scheme as a whole"),
        {"": Entry(_("General rules"), {label: (value,) for label, value in general.items()}, spec.rule)},
    )
    yield (
        _("Areas"),
        {
            area.code: Entry(
                f"{area.code} {area.name}",
                {pgettext("of a thing", "Name"): (area.name,), _("How it counts"): (area.note,)},
            )
            for area in view.areas
        },
    )
    yield (
        _("Criteria"),
        {
            entry.code: Entry(
                f"{entry.code} {entry.name}",
                _criterion_rows(view, f"{area.code} {area.name}", entry),
                [one for one in spec.criteria if one.code == entry.code],
            )
            for area in view.areas
            for entry in area.criteria
        },
    )
    stars = {line.star: line for line in spec.stars}
    yield (
        _("Star lines"),
        {
            str(star): Entry(_("%s stars") % star, {_("What it asks for"): tuple(words)}, stars[star])
            for star, words in view.stars
        },
    )
    yield (
        _("Vetoes"),
        {
            veto.code: Entry(name, {pgettext("of a thing", "Name"): (name,), _("What it does"): (words,)}, veto)
            for veto, (name, words) in zip(spec.vetoes, view.vetoes, strict=True)
        },
    )
    yield (
        _("What events do to a star"),
        {
            event.code: Entry(
                entry.name,
                {pgettext("of a thing", "Name"): (entry.name,), _("What it does"): tuple(entry.rules)},
                [rule for rule in spec.rules if rule.event == event.code],
            )
            for event, entry in zip(spec.events, view.events, strict=True)
        },
    )


def _criterion_rows(view: SchemeView, area: str, entry: CriterionEntry) -> dict[str, Lines]:
    rows = {
        pgettext("of a thing", "Name"): (entry.name,),
        _("Area"): (area,),
        _("Full marks"): (entry.most,),
        _("Supplied by"): (entry.supplier,),
        _("Evidence"): tuple(f"{name} {how}".strip() for name, how in entry.evidence),
        _("Looked into"): (entry.checks,) if entry.checks else (),
    }
    for variant in entry.variants:
        label = _("How it is scored")
        if variant.only:
            label = _("%(name)s: %(value)s") % {"name": label, "value": _(", ").join(variant.only)}
        rows[label] = (*rows.get(label, ()), *variant.lines)
    items = [
        item.name or item.code
        for criterion in view.spec.criteria
        if criterion.code == entry.code
        for item in getattr(criterion, "items", ())
        if not any(item.name and item.name in line for lines in rows.values() for line in lines)
    ]
    return {**rows, _("Items"): tuple(items)}
