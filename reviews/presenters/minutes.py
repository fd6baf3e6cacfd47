"""Minutes (评审纪要) of a batch as a printed document: what one meeting decided, and who is left out (practice §3).

It contains the latest chain head (``records.chain_head``) at the time of printing: a paper outside the system later
proves that no earlier record was rewritten (``check_integrity --head``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.deputies import AuthorizedAct, authorized_act, by_deputies, signature
from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from ratings.models import Application, Decision, Stage, Transition
from records.chain_head import Head
from records.deadlines import deadline
from records.documents import Heading, Names, Signatures, Table, Text, document, issue
from records.documents.blocks import Block, breakable
from reviews.department_checks.department_answers import AnsweredByThen, answered_by_then
from reviews.models import Batch, DepartmentAnswer, DepartmentCheck, Lapse
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.presenters.verdicts import Verdict, verdicts
from villages.models import Unit, below, township_of

State = Application.State
Said = Mapping[DepartmentCheck, list[AnsweredByThen]]
WHY = {
    State.SUBMITTED: gettext_lazy("submitted, not accepted yet"),
    State.RETURNED: gettext_lazy("returned for correction"),
    State.TOWNSHIP_REVIEW: gettext_lazy("in review, not decided yet"),
    State.COUNTY_REVIEW: gettext_lazy("in review, not decided yet"),
    State.DECIDED: gettext_lazy("decided, kept for a later batch"),
}
NOT_FINISHED = {
    Stage.TOWNSHIP: State.WITH_TOWNSHIP,
    Stage.COUNTY: [State.COUNTY_REVIEW],
}


def minutes(batch: Batch, by: User) -> bytes:
    """The document for ``by``. That of a released batch carries a check code; a draft is marked as one."""
    verdict_rows = verdicts(batch, decided(batch))
    left_out, said = list(exceptions(batch)), answered_by_then(batch, moment(batch))
    title = _("Minutes of the star review of %s") % batch.cycle.year
    released = batch.state != Batch.State.DRAFT
    code = issue(title, _content(batch, verdict_rows, left_out, said), unit=batch.unit_id, by=by) if released else ""
    return document(title, blocks(batch, verdict_rows, left_out, said), place=batch.unit.name, code=code)


def blocks(batch: Batch, verdict_rows: list[Verdict], left_out: list[Application], said: Said) -> list[Block]:
    """Their content. ``found``: decided; ``left_out``: the ``exceptions``; ``said``: departments' answers."""
    names = _names([*(one.decision.unit for one in verdict_rows), *(one.unit for one in left_out)], batch)
    return [
        Names(_head(batch, verdict_rows)),
        *_stars(verdict_rows),
        *_villages(verdict_rows, names),
        *_vetoes(verdict_rows, names),
        *_departments(batch, said, {one.decision.application_id: names[one.decision.unit_id] for one in verdict_rows}),
        Heading(_("What the meeting said")),
        Text(batch.minutes or _("Nothing was entered.")),
        *_exceptions(left_out, names),
        Signatures([_("Chair"), _("Members of the leading group"), _("Taken down by"), _("Seal and day")]),
        *_proof(),
    ]


def decided(batch: Batch) -> QuerySet[Decision]:
    """What the meeting decided: a decision on appeal belongs to the batch too, but was made elsewhere."""
    meeting = Decision.objects.filter(batch_entry__batch=batch, origin=REVIEW_LEVELS[batch.stage].origin)
    return meeting.select_related("unit", "application", "decided_by").order_by("unit")


def moment(batch: Batch) -> datetime:
    """The time that the minutes describe: the release, or before that, now."""
    return batch.released_at or timezone.now()


def exceptions(batch: Batch) -> QuerySet[Application]:
    """The applications that were not finished when ``batch`` was released (or now, before that): ``then`` is
    their state."""
    at, review_level = moment(batch), REVIEW_LEVELS[batch.stage]
    then = Transition.objects.filter(application=OuterRef("pk"), at__lte=at).order_by("-pk").values("to_state")[:1]
    ours = Decision.objects.filter(application=OuterRef("pk"), origin=review_level.origin, decided_at__lte=at)
    return (
        Application.objects.filter(below(batch.unit_id, "unit_id"), cycle=batch.cycle_id)
        .exclude(pk__in=batch.entries.values("decision__application"))
        .annotate(then=Subquery(then))
        .filter(Q(then__in=NOT_FINISHED[batch.stage]) | Q(Exists(ours), then=State.DECIDED))
        .select_related("unit")
        .order_by("unit")
    )


def _content(batch: Batch, verdict_rows: list[Verdict], left_out: list[Application], said: Said) -> dict[str, Any]:
    """What identifies this document's content, independent of language."""
    return {
        "batch": [batch.pk, batch.document, batch.met_on, batch.minutes, batch.released_at],
        "villages": [
            [one.decision.pk, one.decision.unit_id, one.decision.star, one.allowed, one.decision.reason, *one.vetoes]
            for one in verdict_rows
        ],
        "left_out": [[one.unit_id, one.then] for one in left_out],
        "departments": [
            [check.pk, one.department, one.answer and one.answer.pk, one.lapse and one.lapse.pk]
            for check, answers in said.items()
            for one in answers
        ],
    }


def _head(batch: Batch, verdict_rows: list[Verdict]) -> list[tuple[str, str]]:
    deciders, released_by = _signatures(batch, [one.decision for one in verdict_rows if one.decision.decided_by])
    state = _("Draft, not released")
    if batch.state != Batch.State.DRAFT:
        day = date_format(timezone.localtime(batch.released_at), "DATE_FORMAT")
        state = _("Released on %(day)s by %(who)s") % {"day": day, "who": released_by}
    return [
        (_("Meeting held on"), date_format(batch.met_on, "DATE_FORMAT")),
        (_("Document number"), batch.document),
        (_("Scheme"), batch.scheme.spec.name),
        (_("Deciders"), "、".join(deciders) or "—"),
        (_("Units decided on"), str(len(verdict_rows))),
        (_("State"), str(state)),
    ]


def _signatures(batch: Batch, made: list[Decision]) -> tuple[list[str], str]:
    """Who decided, each once, and who released the batch; a deputy is marked."""
    verb = f"decide_{batch.stage}"
    acts = {one: authorized_act(one.decided_by_id, verb, one.unit_id, one.decided_at) for one in made}
    release = authorized_act(batch.released_by_id, "release", batch.unit_id, batch.released_at)
    stood_in = by_deputies([*acts.values(), release])
    deciders = dict.fromkeys(signature(one.decided_by, done in stood_in) for one, done in acts.items())
    return list(deciders), signature(batch.released_by, release in stood_in)


def _stars(verdict_rows: list[Verdict]) -> list[Block]:
    stars = [one.decision.star for one in verdict_rows]
    counts = [(star_name(star), str(stars.count(star))) for star in sorted(set(stars), reverse=True)]
    return [Heading(_("Stars decided")), Table([_("Star"), _("Units")], counts, right=[1])] if counts else []


def _villages(verdict_rows: list[Verdict], names: dict[str, str]) -> list[Block]:
    heads = ["", _("Rated unit"), _("Total points"), _("Applied for"), _("Allowed"), _("Decided"), _("Reason")]
    rows = [
        [
            str(number),
            names[one.decision.unit_id],
            points_text(one.decision.total),
            star_name(one.decision.application.applied_star),
            star_name(one.allowed),
            star_name(one.decision.star),
            _reason(one),
        ]
        for number, one in enumerate(verdict_rows, 1)
    ]
    return [
        Heading(_("Unit by unit")),
        Table(heads, rows, widths=[0.5, 2.2, 1, 1, 1, 1, 3], right=[2])
        if rows
        else Text(_("There is no decision in this batch.")),
    ]


def _reason(one: Verdict) -> str:
    return _("Below what is allowed: %s") % one.decision.reason if one.below else one.decision.reason


def _vetoes(verdict_rows: list[Verdict], names: dict[str, str]) -> list[Block]:
    met = [[names[one.decision.unit_id], "\n".join(one.vetoes)] for one in verdict_rows if one.vetoes]
    table = Table([_("Rated unit"), _("Veto item")], met, widths=[1, 2.5])
    return [Heading(_("Veto items met")), table if met else Text(_("None."))]


def _departments(batch: Batch, said: Said, villages: dict[int, str]) -> list[Block]:
    """The joint check, list by list; nothing where the scheme asks no department, or at township level."""
    spec = batch.scheme.spec
    if batch.stage == Stage.TOWNSHIP or not spec.departments:
        return []
    vetoes = {veto.code: f"{veto.code} {veto.name}" for veto in spec.vetoes}
    heads = [_("Department"), _("Answer"), _("Signed")]
    paragraphs: list[Block] = [Heading(_("Joint department check"))]
    stood_in = by_deputies(_deed(check, row) for check, answers in said.items() for row in _papers(answers))
    for check, answers in said.items():
        rows = [[one.department, _answer(one, villages, vetoes), _signed(check, one, stood_in)] for one in answers]
        paragraphs += [Text(_asked(check), quiet=True), Table(heads, rows, widths=[1, 2.6, 1.4])]
    return (
        paragraphs if said else [*paragraphs, Text(_("The departments were not asked about any unit of this batch."))]
    )


def _asked(check: DepartmentCheck) -> str:
    opened, due = date_format(timezone.localtime(check.opened_at), "DATETIME_FORMAT"), deadline(check.due)
    return _("Sent to the departments on %(opened)s, to be answered by %(due)s.") % {
        "opened": opened,
        "due": due,
    }


def _answer(one: AnsweredByThen, villages: dict[int, str], vetoes: dict[str, str]) -> str:
    """What the department found about the batch's villages; or that it did not answer, where that was recorded."""
    lines = [
        _("%(village)s: %(veto)s, met on %(day)s, %(document)s")
        % {
            "village": villages[finding.application_id],
            "veto": vetoes.get(finding.veto, finding.veto),
            "day": date_format(finding.on, "DATE_FORMAT"),
            "document": finding.document,
        }
        for finding in one.findings
    ]
    if one.answer and not lines:
        lines = [_("Nothing found.")]
    if one.elsewhere:
        lines.append(_("Besides, on units that are not in this batch: %s.") % one.elsewhere)
    if one.answer and one.answer.reason:
        lines.append(_("Corrected: %s") % one.answer.reason)
    if one.lapse:
        lines.append(_("Not answered in time: %s") % one.lapse.note)
    return "\n".join(lines) or _("The department has not answered.")


def _papers(answers: list[AnsweredByThen]) -> list[DepartmentAnswer | Lapse]:
    """The signed answers, and the signed notes on missed deadlines."""
    return [row for one in answers for row in (one.answer, one.lapse) if row]


def _deed(check: DepartmentCheck, row: DepartmentAnswer | Lapse) -> AuthorizedAct | None:
    verb = "note_lapse" if isinstance(row, Lapse) else "answer_check"
    return authorized_act(row.by_id, verb, check.unit_id, row.at)


def _signed(check: DepartmentCheck, one: AnsweredByThen, stood_in: set[AuthorizedAct | None]) -> str:
    return (
        "\n".join(
            f"{signature(row.by, _deed(check, row) in stood_in)} "
            f"{date_format(timezone.localtime(row.at), 'DATETIME_FORMAT')}"
            for row in _papers([one])
        )
        or "—"
    )


def _proof() -> list[Block]:
    head = Head.newest()
    if head is None:
        return []
    words = _("When this paper was made, the chain of the ledger ended with this link (number, SHA-256, time):")
    return [Heading(_("Proof")), Text(words), Text(breakable(head.line))]


def _exceptions(left_out: list[Application], names: dict[str, str]) -> list[Block]:
    rows = [[names[one.unit_id], str(WHY[one.then])] for one in left_out]
    table = Table([_("Rated unit"), _("Why")], rows, widths=[1, 2.5])
    return [Heading(_("Not in this batch")), table if rows else Text(_("None."))]


def _names(units: list[Unit], batch: Batch) -> dict[str, str]:
    """By division code; a county's villages with their township, since two may have one name."""
    if batch.stage == Stage.TOWNSHIP:
        return {unit.code: unit.name for unit in units}
    towns = dict(Unit.objects.filter(code__in={township_of(unit.code) for unit in units}).values_list("code", "name"))
    return {unit.code: f"{towns.get(township_of(unit.code), '')} {unit.name}".strip() for unit in units}
