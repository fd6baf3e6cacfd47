"""A scheme as a printed document: the 《考评标准》 of a county and year."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.models import Scheme
from ratings.presenters.scheme_page import AreaEntry, CriterionEntry, Rows, SchemeView
from records.documents import Heading, Names, Table, Text, document
from records.documents.blocks import Block


def scheme_paper(scheme: Scheme, first: Sequence[Block] = ()) -> bytes:
    """The whole scheme; a draft is marked as one. ``first``: what stands before its rules."""
    return document(scheme.name, _blocks(scheme, first), place=f"{scheme.unit.name} {scheme.year}")


def _blocks(scheme: Scheme, first: Sequence[Block]) -> list[Block]:
    view = SchemeView.of(scheme)
    state = [] if scheme.issued_at else [Text(_("Draft, not issued. It is not in force."))]
    areas = [block for area in view.areas for block in _area(area)]
    return [*state, *first, Names(view.facts), *areas, *_stars(view), *_named(_("Vetoes"), view.vetoes), *_events(view)]


def _area(area: AreaEntry) -> list[Block]:
    rows = [(entry.code, _name(entry), _how(entry), entry.most) for entry in area.criteria]
    heads = (_("Code"), _("Criterion"), _("How it is scored"), _("At most"))
    title = Heading(f"{area.code} {area.name}（{area.note}）")
    return [title, Table(heads, rows, (0.7, 2.4, 5, 0.8), right=(3,))] if rows else [title]


def _name(entry: CriterionEntry) -> str:
    evidence = [f"{_('Evidence')}{_(': ')}{name} {how}".strip() for name, how in entry.evidence]
    checks = [f"{_('Looked into')}{_(': ')}{entry.checks}"] if entry.checks else []
    return "\n".join([entry.name, f"{_('Supplied by')}{_(': ')}{entry.supplier}", *evidence, *checks])


def _how(entry: CriterionEntry) -> str:
    lines = []
    for variant in entry.variants:
        if variant.only:
            lines.append(_("Only for: %s") % _(", ").join(variant.only))
        lines += variant.lines
    return "\n".join(lines)


def _stars(view: SchemeView) -> list[Block]:
    rows = [(star_name(star), _("; ").join(words)) for star, words in view.stars]
    return [Heading(_("Star lines")), Names(rows)] if rows else []


def _named(title: str, rows: Rows) -> list[Block]:
    return [Heading(title), Names(rows)] if rows else []


def _events(view: SchemeView) -> list[Block]:
    rows = [(event.name, _("; ").join(event.rules) or _("is recorded, changes no star")) for event in view.events]
    return _named(_("What events do to a star"), rows)
