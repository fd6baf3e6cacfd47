"""Writing a scheme in the browser: the outline, a page for each part, what is taken back. All of it works without
scripts; with them what is typed is saved as one types, and criteria are dragged."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached_or_404
from ratings.forms import scheme_parts
from ratings.forms.scheme_fields import SUPPLIERS
from ratings.forms.scheme_outline import SchemeOutline
from ratings.forms.scheme_parts import METHODS
from ratings.models import Scheme, SchemeRevision
from ratings.presenters.sample_villages import sample_villages
from ratings.presenters.scheme_samples import criterion_of, rule, samples
from ratings.scheme import drafting
from ratings.scheme.below import EXAMPLES
from ratings.scheme.drafting import Body, NoSuchPart, PartPlace
from ratings.scheme.wording import check_words, supplier_words
from ratings.workflow import scheme_drafts as workflow
from ratings.workflow.scheme_drafts import MANAGE, EditConflict
from records.numbers import count_of
from records.refusals import Outdated, WrongState

Step = SchemeRevision.Step
SHOWN = 8
"""How many of the last changes are listed."""


def _scheme(request: HttpRequest, pk: int) -> Scheme:
    """The scheme, for those who may write it, in any state: what is sent after it was issued is refused in words."""
    return reached_or_404(request.user, MANAGE, Scheme.with_programmes.select_related("unit"), pk=pk)


@permission_or_404(MANAGE)
def outline(request: HttpRequest, pk: int) -> HttpResponse:
    """Areas and criteria with their full marks; a POST adds, moves or removes one."""
    scheme, status = _scheme(request, pk), 200
    if request.method != "POST" and scheme.state != Scheme.State.DRAFT:
        raise Http404
    if request.method == "POST":
        try:
            written = _restructure(request, scheme)
        except (EditConflict, WrongState) as refused:
            messages.warning(request, str(refused))
            status = 409
        except NoSuchPart:
            messages.warning(request, _("This button does not belong to this page. Nothing was done."))
            status = 400
        else:
            added = request.POST.get("do", "").startswith(("add", "copy")) and written.name
            if request.htmx:
                return render(request, "ratings/scheme/outline.html", _outline_context(scheme))
            if added:
                return redirect("scheme_part", pk, written.name)
            return redirect(f"{reverse('scheme_edit', args=[pk])}#{written.name}")
    template = (
        "ratings/scheme/outline.html" if request.htmx and request.method == "POST" else "ratings/scheme/edit.html"
    )
    return render(request, template, _outline_context(scheme), status=status)


def _restructure(request: HttpRequest, scheme: Scheme) -> workflow.Written:
    """``do`` is VERB:PART:DIGEST, or ``add`` with the fields beside it; ``to`` where something is dragged."""
    do, seen = request.POST.get("do", ""), request.POST.get("seen", "")[:10]
    verb, _colon, rest = do.partition(":")
    name, _colon, digest = rest.partition(":")
    given = request.POST

    def change(body: Body) -> tuple[Body, str]:
        if verb == "area":
            kind = given.get("kind", "")
            if kind not in dict(scheme_parts.KINDS):
                raise NoSuchPart(kind)
            body, at = drafting.add_area(body, kind)
            return body, at.name
        at = drafting.place(drafting.find(body, name, digest))
        match verb:
            case "add":
                method = given.get(f"method:{name}", "")
                if method not in drafting.FRESH:
                    raise NoSuchPart(method)
                body, at = drafting.add_criterion(body, PartPlace(at.area), method, _("New criterion"))
            case "copy":
                body, at = drafting.copy_criterion(body, at)
            case "up" | "down":
                body, at = drafting.shift(body, at, -1 if verb == "up" else 1)
            case "put":
                body, at = drafting.put(body, at, drafting.place(given.get("to", "")))
            case "remove":
                return drafting.remove(body, at), PartPlace(at.area).name if at.criterion else ""
            case _:
                raise NoSuchPart(verb)
        return body, at.name

    if verb not in STEPS:
        raise NoSuchPart(verb)
    body, _number = workflow.written(scheme)
    about = drafting.title(body, name) if name and workflow.part_stands(body, name) else ""
    return workflow.restructure(scheme, change, step=STEPS[verb], about=about, pressed=f"{seen}:{do}", by=request.user)


STEPS = {
    "area": Step.ADD,
    "add": Step.ADD,
    "copy": Step.ADD,
    "up": Step.MOVE,
    "down": Step.MOVE,
    "put": Step.MOVE,
    "remove": Step.REMOVE,
}


def _outline_context(scheme: Scheme) -> dict[str, Any]:
    body, number = workflow.written(scheme)
    states = workflow.states_of(scheme)
    return {
        "scheme": scheme,
        "outline": SchemeOutline(body),
        "number": number,
        "methods": METHODS,
        "kinds": scheme_parts.KINDS,
        "undoable": workflow.undoable(states),
        "redoable": workflow.redoable(states),
        "revisions": [states[number] for number in sorted(states, reverse=True)[:SHOWN]],
    }


@permission_or_404(MANAGE)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last change back."""
    return _turn(request, pk, workflow.undo, _("The last change is taken back."))


@permission_or_404(MANAGE)
@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    """Make again what was taken back."""
    return _turn(request, pk, workflow.redo, _("The change is made again."))


def _turn(request: HttpRequest, pk: int, turn: Callable[..., None], told: str) -> HttpResponse:
    scheme, seen = _scheme(request, pk), count_of(request.POST.get("seen", ""))
    try:
        turn(scheme, seen=-1 if seen is None else seen, by=request.user)
    except (Outdated, WrongState) as refused:
        messages.warning(request, str(refused))
        return render(request, "ratings/scheme/edit.html", _outline_context(scheme), status=409)
    messages.success(request, told)
    return redirect("scheme_edit", pk)


@permission_or_404(MANAGE)
def part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One part with its form, what is wrong with it and, for a criterion, what three villages would get.

    Of an issued scheme it only says so: a copy kept on a device leads here, and what was typed is not lost.
    """
    scheme = _scheme(request, pk)
    if not drafting.is_part(name):
        raise Http404
    body, _number = workflow.written(scheme)
    try:
        stands = drafting.part(body, name)
    except NoSuchPart:
        if request.method != "POST":
            raise Http404 from None
        stands = {}
    if request.method != "POST":
        context = _part_context(scheme, body, name, stands)
        if scheme.state != Scheme.State.DRAFT:
            context |= {"conflict": workflow.issued_already(), "issued": True, "mine_was": context["was"]}
        return render(request, "ratings/scheme/part.html", context)
    typed = _typed(request, name, stands)
    try:
        saved = workflow.save_part(scheme, name, typed, seen=_seen(request), by=request.user)
    except EditConflict as overtaken:
        context = _part_context(scheme, body, name, typed, request.POST) | _conflict(body, name, overtaken)
        context["mine_was"] = request.POST.get("was", "")
        return render(request, _template(request), context, status=409)
    except WrongState as refused:
        if not request.htmx and drafting.digest(typed) == drafting.digest(stands):  # saved before: nothing is lost
            messages.warning(request, str(refused))
            return redirect("scheme", pk)
        context = _part_context(scheme, body, name, typed, request.POST) | {"conflict": str(refused), "issued": True}
        context["mine_was"] = request.POST.get("was", "")
        return render(request, _template(request), context, status=409)
    if request.htmx or request.POST.get("do"):
        context = _part_context(scheme, saved.body, saved.name, typed, request.POST) | {"saved": True}
        if request.htmx:
            return render(request, "ratings/scheme/part_saved.html", context)
        if request.POST["do"] == "try":
            return render(request, "ratings/scheme/part.html", context)
        return redirect("scheme_part", pk, saved.name)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('scheme_edit', args=[pk])}#{saved.name}")


def _seen(request: HttpRequest) -> str:
    """The digest of what the editor has read: of the other's text only once its button (``over:DIGEST``) is pressed, so
    that neither saving while one goes on typing nor another button overwrites what nobody has looked at."""
    verb, _colon, theirs = request.POST.get("do", "").partition(":")
    return theirs if verb == "over" else request.POST.get("was", "")


def _template(request: HttpRequest) -> str:
    return "ratings/scheme/part_saved.html" if request.htmx else "ratings/scheme/part.html"


def _typed(request: HttpRequest, name: str, stands: Body) -> Body:
    """The part as it was typed; of another method than its form was made for, what both have."""
    shape = request.POST.get("shape", "")
    known = dict(METHODS)
    given = {"method": shape if shape in known else stands.get("method", METHODS[0][0])}
    form = scheme_parts.part_form(name, given)
    value = form.read(request.POST)
    if "c" in name:
        if value.get("method") not in known:
            value["method"] = given["method"]
        value = scheme_parts.for_method(value, given["method"])
    return value


def _part_context(scheme: Scheme, body: Body, name: str, value: Body, given: Any = None) -> dict[str, Any]:
    form = scheme_parts.part_form(name, value)
    choices = scheme_parts.choices_of(body)
    at = drafting.place(name) if name not in scheme_parts.PARTS else None
    area = body["areas"][at.area - 1] if at and at.area <= len(body["areas"]) else None
    outline = SchemeOutline(body)
    criterion = criterion_of(value) if at and at.criterion else None
    return {
        "scheme": scheme,
        "part": name,
        "value": value,
        "area": area,
        "is_criterion": bool(at and at.criterion),
        "was": drafting.digest(workflow.part_stands(body, name) or value),
        "cells": form.cells(value, choices),
        "tables": form.shown_tables(value, choices),
        "outline": outline,
        "faults": outline.faults_of(name),
        "samples": samples(criterion, given or {}, sample_villages(scheme, criterion)) if criterion else [],
        "rule": rule(criterion, penalty=area is not None and area.get("kind") == "penalty") if criterion else [],
        "suppliers": [supplier_words(code) for code in (*SUPPLIERS, *EXAMPLES)],
        "checks": "、".join(check_words(code) for code in ("documents", "visit", "interview")),
    }


def _conflict(body: Body, name: str, overtaken: EditConflict) -> dict[str, Any]:
    """What is there now beside what was typed; the editor then chooses whether to save over it."""
    stands = overtaken.stands
    if stands is None:
        return {"conflict": str(overtaken), "gone": True}
    form, choices = scheme_parts.part_form(name, stands), scheme_parts.choices_of(body)
    rows = [(table.table.label, row) for table in form.shown_tables(stands, choices) for row in table.rows]
    return {
        "conflict": str(overtaken),
        "was": drafting.digest(stands),
        "theirs": [cell for cell in form.cells(stands, choices) if cell.typed],
        "their_rows": [(label, [cell for cell in row.cells if cell.typed]) for label, row in rows if not row.is_new],
    }
