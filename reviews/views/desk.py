"""The reviewer's desk: queue, evidence, score sheet."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from ratings.application.file_reuse import mark_reuse
from ratings.models import Evidence
from ratings.presenters.corrections import CorrectedCriterion, corrections
from records.confirming import not_taken
from records.refusals import Incomplete, WrongState
from reviews.models import Sheet
from reviews.presenters.own_sheet import OwnSheet, own_sheet, require_reviewer
from reviews.sheets.entries import entries_of
from reviews.sheets.photos import by_criterion
from reviews.sheets.queue import queue_of
from reviews.sheets.score_sheet_form import ScoreSheetForm, ScoreStep, steps
from reviews.sheets.scores import Entries, is_scored
from reviews.views.saved_message import refusal_keeping_text, tell_saved
from reviews.workflow import sheets as workflow

_STEPPED_BACK = gettext_lazy("You have stepped back from %(unit)s. The office has been told.")


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """Redirect to the next sheet; when none is left, the queue says so."""
    require_reviewer(request.user)
    queue = queue_of(request.user)
    if queue.to_score:
        return redirect("review_sheet", queue.to_score[0].pk)
    return render(request, "reviews/sheets/desk.html", {"queue": queue})


@login_required
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """The reader's own sheet of an application (by id)."""
    sheet = get_object_or_404(Sheet.objects.filter(reviewer=request.user, state=Sheet.State.OPEN), application=pk)
    return redirect("review_sheet", sheet.pk)


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One area of one sheet; saving continues with the next area, then the next village."""
    page = SheetPage(request.user, pk, request.GET.get("area", ""))
    if request.method == "POST":
        answer = page.save(request)
        if answer is not None:
            return answer
    return render(request, "reviews/sheets/sheet.html", page.context(), status=page.status)


@login_required
@require_POST
def total(request: HttpRequest, pk: int) -> HttpResponse:
    """The points and the running total for the current form input, without saving (htmx, while typing)."""
    page = SheetPage(request.user, pk, request.GET.get("area", ""))
    page.entries = page.form.preview(request.POST)
    return render(request, "reviews/sheets/total.html", {"form": page.form, "progress": page.progress, "swap": True})


@login_required
@require_POST
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = own_sheet(request.user, pk)
    workflow.recuse(sheet, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _STEPPED_BACK % {"unit": sheet.application.unit})
    return redirect("review_desk")


@login_required
@require_POST
def abstain(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = own_sheet(request.user, pk)
    try:
        workflow.abstain(sheet, by=request.user, reason=request.POST.get("reason", ""))
    except Incomplete as refused:
        not_taken(request, refused, 400)
        return redirect("review_sheet", pk)
    messages.success(request, _STEPPED_BACK % {"unit": sheet.application.unit})
    return redirect("review_desk")


class SheetPage(OwnSheet):
    """What the page of a sheet shows, one area at a time, and what saving does."""

    def __init__(self, user: User, pk: int, area: str) -> None:
        super().__init__(user, pk)
        self.status = 200
        self.steps = steps(self.spec, self.criteria, self.entries)
        self.step = self._chosen(area)
        self.form = ScoreSheetForm(
            [criterion for criterion in self.criteria if criterion in self.step.area.criteria],
            self.answers,
            self.entries,
            self.last,
        )

    def _chosen(self, area: str) -> ScoreStep:
        named = next((step for step in self.steps if step.area.code == area), None)
        return named or next((step for step in self.steps if step.left), self.steps[0])

    def _evidence(self) -> dict[str, list[Evidence]]:
        grouped = defaultdict(list)
        codes = [criterion.code for criterion in self.step.area.criteria]
        pieces = list(Evidence.objects.filter(application=self.application, criterion__in=codes).select_related("file"))
        if pieces:
            mark_reuse(pieces, self.user)
        for piece in pieces:
            grouped[piece.criterion].append(piece)
        return grouped

    def _with_evidence(self) -> ScoreSheetForm:
        evidence, photos = self._evidence(), by_criterion(self.sheet.seen_there)
        for part in self.form.parts:
            part.evidence, part.photos = evidence[part.criterion.code], photos[part.criterion.code]
            part.absences = self.absences[part.criterion.code]
            part.penalty = part.criterion.code in self.spec.penalties
        return self.form

    def _corrected(self) -> list[CorrectedCriterion]:
        """What the village changed after a return, in the criteria of this page."""
        if not self.sheet.came_back:
            return []
        codes = {part.criterion.code for part in self.form.parts}
        return [one for one in corrections(self.application) if one.criterion.code in codes]

    def save(self, request: HttpRequest) -> HttpResponse | None:
        """Save the input and continue; None when something must be corrected first."""
        accepts = request.POST.get("do") == "accept"
        given = self.form.read(self._with_evidence().accepting(request.POST) if accepts else request.POST)
        if not self.form.has_errors:
            try:
                workflow.save(self.sheet, given, by=self.user)
            except Incomplete as refused:
                self.form.show(refused.problems)
            except WrongState as refused:
                if self._handed_in_as(given):
                    return self._say_handed_in(request)
                self.status = 409
                messages.error(request, refusal_keeping_text(refused))
                return None
            else:
                self.entries = dict(self.entries) | given
                return self._go_on(request, given)
        messages.error(request, _("Something needs to be corrected. What you typed is still here."))
        return None

    def _handed_in_as(self, given: Entries) -> bool:
        """Whether the sheet was handed in with exactly this: a second click gets the same response."""
        self.sheet.refresh_from_db(fields=["state"])
        stands = entries_of([self.sheet.pk])[self.sheet.pk]
        return self.sheet.state == Sheet.State.HANDED_IN and stands == stands | dict(given)

    def _say_handed_in(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, _("%(unit)s: handed in.") % {"unit": self.application.unit})
        return redirect("review_desk")

    def _go_on(self, request: HttpRequest, given: Entries) -> HttpResponse:
        """To the next area that is not scored; a complete sheet is handed in and the next village opened."""
        left = [step for step in steps(self.spec, self.criteria, self.entries) if step.left]
        if request.POST.get("do") == "hand_in" and not left:
            workflow.hand_in(self.sheet, by=self.user)
            return self._say_handed_in(request)
        here = next(step for step in steps(self.spec, self.criteria, self.entries) if step.area == self.step.area)
        saved_count = sum(any(line.question.item in given for line in part.lines) for part in self.form.parts)
        tell_saved(request, saved_count, here.left, place=f"{here.area.code} {here.area.name}")
        for line in (line for part in self.form.parts for line in part.lines if line.question.item in given):
            if line.odd:
                messages.warning(request, f"{line.question.item} {line.question.name}: {line.typed}. {line.odd.words}")
        if request.POST.get("do") == "accept" and here.left:
            first = next(p for p in self.form.parts if not is_scored(p.criterion, self.entries))
            return redirect(f"{self._address(here.area.code)}#c-{first.dom_id}")
        after = self.steps.index(self.step) + 1
        codes = [step.area.code for step in left]
        following = [step.area.code for step in self.steps[after:] if step.area.code in codes]
        target = (following or codes or [self.step.area.code])[0]
        return redirect(self._address(target))

    def _address(self, area: str) -> str:
        return f"{reverse('review_sheet', args=[self.sheet.pk])}?area={area}"

    def context(self) -> dict[str, Any]:
        fellows = Sheet.objects.filter(application=self.application, stage=self.sheet.stage).exclude(pk=self.sheet.pk)
        others = list(fellows.select_related("reviewer"))
        queue = queue_of(self.user)
        upcoming = [other for other in queue.to_score if other.pk != self.sheet.pk]
        return {
            "sheet": self.sheet,
            "application": self.application,
            "steps": self.steps,
            "step": self.step,
            "form": self._with_evidence(),
            "is_open": self.is_open,
            "not_yet": self.not_yet,
            "progress": self.progress,
            "others": others,
            "all_in": all(other.state != Sheet.State.OPEN for other in [self.sheet, *others]),
            "queue": queue,
            "corrected": self._corrected(),
            "following": upcoming[0] if upcoming else None,
        }
