"""The explanation "why this star", as far as reviews know it: facts, panel, decision, notice, objections (practice §3).

Names of reviewers, reasons for recusals, and objectors are not disclosed here.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.deputies import signature
from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from ratings.explanation import (
    ExplanationChapter,
    ExplanationStep,
    ExplanationTable,
    Queries,
    Rows,
    moment,
    question,
    rows_of,
)
from ratings.models import Application, Decision, Return, ReturnedCriterion, Stage, Transition, Veto
from ratings.models.lifecycle import STEPS
from ratings.presenters.corrections import (
    AbsenceEvent,
    AnswerEvent,
    CorrectedCriterion,
    EvidenceEvent,
    ReturnEvent,
    compared,
    none_words,
    place_of,
)
from ratings.presenters.scheme_page import criterion_address
from records.deadlines import deadline
from reviews.models import Addendum, DepartmentAnswer, Finding, Lapse, Settlement, Sheet
from reviews.results.dispute_chapters import APPEALS, NOTICE
from reviews.results.result import Result

OWN_STEPS = ("withdraw", "accept", "resume", "recommend", "reject", "send_back")
"""Verbs told in the words of the lifecycle; the others have their own."""


def _because(reason: str) -> tuple[str, ...]:
    return (_("Reason: %(reason)s") % {"reason": reason},) if reason else ()


def _facts_read(result: Result) -> Queries:
    """What was asked and corrected; for most applications nothing was, and then nothing is queried."""
    if all(taken.verb != "return" for taken in result.steps):
        return {}
    return {
        "facts_returns": question(_returns),
        "facts_typed": question(_changes_of, kind=AnswerEvent, fields=("item", "typed")),
        "facts_files": question(_changes_of, kind=EvidenceEvent, fields=("criterion",)),
        "facts_absent": question(_changes_of, kind=AbsenceEvent, fields=("criterion", "name", "reason")),
    }


def _returns(_user: User) -> QuerySet:
    asked = ReturnedCriterion.objects.filter(of=OuterRef("pk")).order_by("pk")
    times = ReturnEvent.objects.filter(pgh_obj=OuterRef("pk")).order_by("pgh_id")
    return rows_of(
        Return.objects.filter(application=OuterRef("pk")).order_by("pk"),
        "due",
        "answered_at",
        asked=ArraySubquery(rows_of(asked, "criterion", "reason")),
        times=ArraySubquery(rows_of(times, at="pgh_created_at")),
    )


def _changes_of(_user: User, *, kind: type[Model], fields: tuple[str, ...]) -> QuerySet:
    was_returned = Exists(Return.objects.filter(application=OuterRef("application_id")))
    changes = kind.objects.filter(was_returned, application=OuterRef("pk")).order_by("pgh_id")
    return rows_of(changes, *fields, label="pgh_label", at="pgh_created_at")


def _facts(result: Result, rows: Rows) -> list[ExplanationStep]:
    """Submitted, returned and resubmitted, recommended: every step that the reader may know, in order."""
    returns, steps = iter(rows.get("facts_returns", [])), []
    for taken in result.steps:
        day = timezone.localdate(taken.at)
        if taken.verb in ("submit", "resubmit"):
            steps.append(
                _sent(result, day) if taken.verb == "submit" else ExplanationStep(day, str(STEPS["resubmit"].told))
            )
        elif taken.verb == "return" and (of := next(returns, None)):
            steps.append(_returned(result, day, of, rows))
        elif taken.verb in OWN_STEPS:
            steps.append(
                ExplanationStep(day, signature(STEPS[taken.verb].told, taken.as_deputy), _because(taken.reason))
            )
    return steps


def _sent(result: Result, day: date) -> ExplanationStep:
    application = result.application
    lines = []
    if application.self_total is not None:
        own = {"total": points_text(application.self_total), "star": star_name(application.self_star)}
        lines.append(_("By its own figures: %(total)s points, %(star)s.") % own)
    if application.on_behalf:
        lines.append(_("Filled in by the township on the village's behalf."))
    title = _("The unit reported its facts and applied for %(star)s") % {"star": star_name(application.applied_star)}
    return ExplanationStep(day, title, tuple(lines), () if result.panel or not result.own else _points(result))


def _returned(result: Result, day: date, of: dict[str, Any], rows: Rows) -> ExplanationStep:
    """Why it was returned and, once it came back, what was changed."""
    reasons = {row["criterion"]: row["reason"] for row in of["asked"]}
    until = _("To be answered until %(day)s.") % {"day": deadline(moment(of["due"]))}
    if of["answered_at"] is None:
        asked = tuple(_colon(code, reason) for code, reason in reasons.items())
        return ExplanationStep(day, str(STEPS["return"].told), (until, *asked))
    sent, back = of["times"][0]["at"], of["times"][-1]["at"]
    grid = tuple(
        (
            f"{one.criterion.code} {one.criterion.name}",
            one.reason,
            "\n".join(_changes(one)) or _("Nothing was changed."),
        )
        for one in compared(
            result.application,
            reasons,
            _typed(rows, lambda at: at < moment(sent)),
            _typed(rows, lambda at: at <= moment(back)),
            Counter(
                (row["criterion"], row["label"])
                for row in rows["facts_files"]
                if moment(sent) <= moment(row["at"]) <= moment(back)
            ),
        )
    )
    heads = (_("Criterion"), _("Reason"), _("Before → after"))
    return ExplanationStep(
        day, str(STEPS["return"].told), (until,), (ExplanationTable(_("What was asked and changed"), heads, grid),)
    )


def _typed(rows: Rows, counts: Callable[[datetime], bool]) -> dict[str, str]:
    """The text of each item after the changes whose time ``counts``."""
    absent = [
        row | {"item": place_of(row["criterion"], row["name"]), "typed": none_words(row["reason"])}
        for row in rows["facts_absent"]
    ]
    changes = [*rows["facts_typed"], *absent]
    return {
        row["item"]: "" if row["label"] == "delete" else row["typed"] for row in changes if counts(moment(row["at"]))
    }


def _changes(one: CorrectedCriterion) -> list[str]:
    lines = [_colon(change.name, f"{change.before or '—'} → {change.after or '—'}") for change in one.changes]
    if one.added:
        lines.append(ngettext("%(n)d file added", "%(n)d files added", one.added) % {"n": one.added})
    if one.removed:
        lines.append(ngettext("%(n)d file removed", "%(n)d files removed", one.removed) % {"n": one.removed})
    return lines


def _points(result: Result) -> tuple[ExplanationTable, ExplanationTable]:
    """The totals of the areas, and every criterion."""
    areas = tuple(
        (f"{block.area.code} {block.area.name}", points_text(block.own), points_text(block.panel))
        for block in result.blocks
    )
    criteria = tuple(
        (
            f"{line.criterion.code} {line.criterion.name}",
            points_text(line.own),
            points_text(line.panel),
            points_text(line.criterion.max),
        )
        for block in result.blocks
        for line in block.lines
    )
    scheme = result.application.cycle.scheme_id
    addresses = tuple(criterion_address(scheme, line.criterion.code) for block in result.blocks for line in block.lines)
    heads = (_("Own"), _("Panel"))
    return (
        ExplanationTable(_("Points by area"), (_("Area"), *heads), areas, right=(1, 2)),
        ExplanationTable(
            _("Every criterion"), (_("Criterion"), *heads, _("At most")), criteria, right=(1, 2, 3), addresses=addresses
        ),
    )


def _panel_read(result: Result) -> Queries:
    if not result.panel:
        return {}
    stage = _reviewed(result).origin
    return {"panel_sheets": question(_sheets, stage=stage), "panel_notes": question(_notes, stage=stage)}


def _reviewed(result: Result) -> Decision:
    """The decision that rests on the panel's work: a hearing has no panel of its own."""
    decision = result.decision
    return decision.replaces if decision.origin == Stage.APPEAL and decision.replaces else decision


def _sheets(_user: User, *, stage: str) -> QuerySet:
    return rows_of(Sheet.objects.filter(application=OuterRef("pk"), stage=stage).order_by("pk"), "state")


def _notes(_user: User, *, stage: str) -> QuerySet:
    addenda = rows_of(Addendum.objects.filter(settlement=OuterRef("pk")).order_by("pk"), "note", "reason")
    settled = Settlement.objects.filter(application=OuterRef("pk"), stage=stage, superseded_at=None).exclude(note="")
    gap = Cast("spread", CharField())
    return rows_of(settled.order_by("criterion"), "criterion", "note", gap=gap, addenda=ArraySubquery(addenda))


def _panel(result: Result, rows: Rows) -> list[ExplanationStep]:
    """How many scored, the points, what cost most, and the settlements of differing scores."""
    if not result.panel:
        return []
    reviewed = _reviewed(result)
    states = Counter(row["state"] for row in rows["panel_sheets"])
    back = sum(states[state] for state in Sheet.State.STEPPED_BACK)
    lines = [_("%(n)d reviewers scored, each alone; the points are their mean.") % {"n": states["handed_in"]}]
    if back:
        lines.append(_("%(n)d stepped back because of a conflict of interest or for another reason.") % {"n": back})
    if reviewed.total != result.decision.total:
        changed = points_text(result.decision.total)
        lines.append(_("The hearing of the appeal changed the points to %(total)s.") % {"total": changed})
    if costly := result.costliest:
        lines.append(_("What cost most:"))
        lines += [
            _colon(
                f"{one.criterion.code} {one.criterion.name}",
                f"{points_text(one.panel)} / {points_text(one.criterion.max)}",
            )
            for one in costly
        ]
    day = timezone.localdate(reviewed.decided_at)
    title = _("Facts became points: the panel's %(total)s") % {"total": points_text(reviewed.total)}
    steps = [ExplanationStep(day, title, tuple(lines), _points(result))]
    if rows["panel_notes"]:
        steps.append(ExplanationStep(day, _("Notes of the panel"), tuple(_note(row) for row in rows["panel_notes"])))
    return steps


def _note(row: dict[str, Any]) -> str:
    later = [
        _("added later: %(note)s (%(reason)s)") % {"note": more["note"], "reason": more["reason"]}
        for more in row["addenda"]
    ]
    apart = _("%(criterion)s, %(points)s points apart") % {
        "criterion": row["criterion"],
        "points": points_text(Decimal(row["gap"])),
    }
    return "\n".join([_colon(apart, row["note"]), *later])


def _decision_read(result: Result) -> Queries:
    """The facts of the veto items that counted; what each department answered in the joint check."""
    if not result.panel:
        return {}
    day = timezone.localdate(result.decision.decided_at)
    return {
        "decision_of_deputies": question(_by_deputies),
        "decision_vetoes": question(_met, day, codes=tuple(result.barred)),
        "decision_answers": question(_department_answers),
        "decision_lapses": question(_department_lapses),
    }


def _by_deputies(_user: User) -> QuerySet:
    deciding = Q(to_state=Application.State.DECIDED) | Q(verb="uphold_appeal")
    taken = Transition.objects.filter(deciding, application=OuterRef("pk"), as_deputy=True)
    return rows_of(taken.order_by("pk"), "at")


def _met(_user: User, day: date, *, codes: tuple[str, ...]) -> QuerySet:
    met = Veto.objects.filter(unit=OuterRef("unit"), code__in=codes, on__lte=day, withdrawn_at=None)
    return rows_of(met.order_by("code", "on"), "code", "on", "document", "source")


def _department_answers(_user: User) -> QuerySet:
    answers = DepartmentAnswer.objects.filter(of__candidates__application=OuterRef("pk"), corrected_by=None)
    findings = Finding.objects.filter(answer=OuterRef("pk"), application=OuterRef(OuterRef("pk"))).order_by("pk")
    found = ArraySubquery(rows_of(findings, "veto", "on", "document"))
    return rows_of(answers.order_by("department"), "department", "at", found=found)


def _department_lapses(_user: User) -> QuerySet:
    lapses = Lapse.objects.filter(of__candidates__application=OuterRef("pk"))
    return rows_of(lapses.order_by("department"), "department", "at", "note")


def _check(result: Result, rows: Rows) -> list[ExplanationStep]:
    """The joint department check (部门联审): what each department said about this village, or that it missed
    the deadline."""
    said = [
        (
            row["at"],
            _colon(
                row["department"],
                _("; ").join(_veto(result, one) for one in row["found"]) or _("nothing found"),
            ),
        )
        for row in rows.get("decision_answers", [])
    ]
    said += [
        (row["at"], _colon(row["department"], _("no answer in time (%(note)s)") % {"note": row["note"]}))
        for row in rows.get("decision_lapses", [])
    ]
    if not said:
        return []
    last = max(moment(at) for at, _words in said)
    return [ExplanationStep(last.date(), _("Joint department check"), tuple(words for _at, words in said))]


def _decision(result: Result, rows: Rows) -> list[ExplanationStep]:
    """What the points allowed, what barred a higher star, what was decided and why."""
    decision = result.decision
    if decision is None:
        return []
    lines = [decision.document] if decision.document else []
    if result.allowed:
        stars = {
            "star": star_name(result.allowed.star),
            "applied": star_name(result.application.applied_star),
        }
        lines.append(_("The points allow %(star)s; applied for: %(applied)s.") % stars)
        lines += _vetoes(result, rows.get("decision_vetoes", [])) or [_("No veto item applies.")]
    lines += _because(decision.reason)
    if result.short:
        lines.append(_("What %(star)s would have required:") % {"star": star_name(result.next_star)})
        lines += result.short
    return [*_replaced(decision, rows), *_check(result, rows), _decided(decision, lines, rows)]


def _replaced(decision: Decision, rows: Rows) -> list[ExplanationStep]:
    """The first decision that an objection or an appeal overturned, with its reasons."""
    if (first := decision.replaces) is None:
        return []
    lines = [*filter(None, [first.document]), *_because(first.reason), _("A later decision replaced it.")]
    return [*_replaced(first, rows), _decided(first, lines, rows)]


def _decided(decision: Decision, lines: list[str], rows: Rows) -> ExplanationStep:
    as_deputy = decision.decided_at in [moment(row["at"]) for row in rows.get("decision_of_deputies", [])]
    words = _("%(who)s decided (a deputy): %(star)s") if as_deputy else _("%(who)s decided: %(star)s")
    title = words % {"who": decision.get_origin_display(), "star": star_name(decision.star)}
    return ExplanationStep(timezone.localdate(decision.decided_at), title, tuple(lines))


def _colon(name: str, value: str) -> str:
    return _("%(name)s: %(value)s") % {"name": name, "value": value}


def _vetoes(result: Result, met: list[dict[str, Any]]) -> list[str]:
    known = {row["code"] for row in met}
    rest = [f"{code} {name}" for code, name in result.barred.items() if code not in known]
    return [*(_veto(result, row) for row in met), *rest]


def _veto(result: Result, row: dict[str, Any]) -> str:
    """The item by name, when it was met, and by whose word and document."""
    code = row.get("code") or row["veto"]
    named = next((f"{veto.code} {veto.name}" for veto in result.spec.vetoes if veto.code == code), code)
    day = date_format(date.fromisoformat(row["on"]), "DATE_FORMAT")
    said = (day, row.get("source", "").removeprefix("department:"), row["document"])
    return _("%(name)s (%(value)s)") % {"name": named, "value": _(", ").join(filter(None, said))}


CHAPTERS = (
    ExplanationChapter(gettext_lazy("The unit's own facts"), _facts, _facts_read, order=10),
    ExplanationChapter(gettext_lazy("The panel"), _panel, _panel_read, order=20),
    ExplanationChapter(gettext_lazy("The decision"), _decision, _decision_read, order=30),
    NOTICE,
    APPEALS,
)
