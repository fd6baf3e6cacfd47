"""Why this star as one printed document: everything on the page, the evidence, and the complete seal."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.explanation import ExplanationStep, ExplanationTable
from ratings.models import Absence, Application, Evidence
from ratings.models.application import Paper
from ratings.presenters.corrections import none_words
from records.documents import Heading, Names, Table, Text, document, issue
from records.documents.blocks import Block, breakable
from reviews.results.result import Result


def pdf(result: Result) -> bytes:
    """The document, with a check code; its title does not tell the star, as the public reads it by the code."""
    application = result.application
    title = _("How the rating of %(year)s came about") % {"year": application.cycle.year}
    said = blocks(result)
    content = {"blocks": [block.as_data() for block in said]}
    code = issue(title, content, unit=application.unit_id, by=result.user)
    return document(title, said, place=application.unit.name, code=code)


def blocks(result: Result) -> list[Block]:
    """The content: head, every section of the explanation, the evidence, the proof."""
    return [_head(result), *_told(result), *_evidence(result.application), *_proof(result)]


def _head(result: Result) -> Names:
    application, decision = result.application, result.decision
    standing = star_name(decision.star) if decision else str(Application.State(application.shown_state).label)
    rows = [
        (_("Unit"), f"{application.unit.name} {application.unit_id}"),
        (_("Year assessed"), str(application.cycle.year)),
        (_("Standard"), application.scheme.name),
        (_("Result"), standing),
    ]
    if decision and result.batch is None and decision.state == "decided":
        rows.append((_("State"), _("Not released: only the deciding office sees this.")))
    return Names(rows)


def _told(result: Result) -> list[Block]:
    paragraphs: list[Block] = []
    for title, steps in result.chapters:
        paragraphs.append(Heading(title))
        for step in steps:
            paragraphs += _step(step)
    return paragraphs


def _step(step: ExplanationStep) -> list[Block]:
    day = date_format(step.on, "DATE_FORMAT") if step.on else ""
    lines = "\n".join([f"{day} {step.title}".strip(), *step.lines])
    return [Text(lines), *(block for grid in step.grids for block in _grid(grid))]


def _grid(grid: ExplanationTable) -> list[Block]:
    widths = [1.0 if at in grid.right else 3.0 for at in range(len(grid.heads))]
    return [Text(grid.title, quiet=True), Table(grid.heads, grid.rows, widths, grid.right)]


def _evidence(application: Application) -> list[Block]:
    """Every file with its SHA-256; for a document of the whole application, its name instead of a criterion."""
    attached = Evidence.objects.filter(application=application).select_related("file").order_by("criterion", "pk")
    rows = [
        (one.criterion or str(Paper(one.name).label), one.file.name, breakable(one.file.sha256)) for one in attached
    ]
    absent = Absence.objects.filter(application=application).order_by("criterion", "pk")
    rows += [(one.criterion, f"{one.name}: {none_words(one.reason)}", "—") for one in absent]
    if not rows:
        return []
    heads = (_("Criterion"), _("File name"), "SHA-256")
    return [Heading(_("Evidence")), Table(heads, rows, (1, 2, 3))]


def _proof(result: Result) -> list[Block]:
    if result.seal is None:
        return []
    return [
        Heading(_("Proof")),
        Text(_("The decision's last change is held by this link of the chain (number, SHA-256, time):")),
        Text(breakable(result.seal.line)),
    ]
