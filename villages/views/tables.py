"""Yearly figures and tags, by page and by sheet: a township's units in one table, or as a workbook."""

import io
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from records import sheet_upload
from records.previews import AlreadyDone
from records.refusals import NotAllowed, Outdated, Refused
from records.workbooks import SheetRefused, SheetRow, hidden
from villages import figures, tables
from villages.models import Level, Unit, UnitQuerySet
from villages.tables import AskedFigure, FillInTable, GridForm, Said
from villages.workflow import MANAGE, REPORT, report_profiles, tag_units

PER_PAGE = 100
YEARS_BACK = 4
MOST_TOLD = 8
MOST_SHOWN = 50


class Filling(ABC):
    """A table to fill in: which units, which columns, and how it is saved. Raises ``Http404`` without permission."""

    permission: str
    page, sheet, file = "", "", ""
    title: Any = ""
    note: Any = ""
    mark: tuple[str, str] | None = None

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.reach: Collection[str] = request.user.reach(self.permission)
        if not self.reach:
            raise Http404

    @cached_property
    def townships(self) -> list[Unit]:
        found = Unit.objects.standing().within_any(self.reach).filter(level=Level.TOWNSHIP)
        return list(found.order_by("code"))

    @cached_property
    def township(self) -> Unit | None:
        """The selected one, else the first."""
        chosen = self.request.GET.get("township")
        return next((t for t in self.townships if t.code == chosen), self.townships[0] if self.townships else None)

    @cached_property
    def shown(self) -> Page:
        """One page of the township's units."""
        units = self.units([self.township.code] if self.township else [])
        return Paginator(units, PER_PAGE).get_page(self.request.GET.get("page"))

    @property
    def query(self) -> dict[str, str]:
        """The query string of the same table."""
        return {"township": self.township.code} if self.township else {}

    def address(self, name: str) -> str:
        return f"{reverse(name)}?{urlencode(self.query)}"

    @property
    def page_address(self) -> str:
        return self.address(self.page)

    @property
    def sheet_address(self) -> str:
        return self.address(self.sheet)

    @property
    def whole_sheet_address(self) -> str:
        """The sheet of every township within reach."""
        return f"{reverse(self.sheet)}?{urlencode(self.query | {'township': 'all'})}"

    @abstractmethod
    def units(self, reach: Collection[str]) -> UnitQuerySet: ...

    @abstractmethod
    def asked(self) -> list[AskedFigure]: ...

    @abstractmethod
    def table(self, units: Sequence[Unit]) -> FillInTable: ...

    @abstractmethod
    def keep(self, said: Said) -> int: ...


class Figures(Filling):
    permission = REPORT
    page, sheet, file = "unit_profiles", "unit_profiles_sheet", "figures.xlsx"
    title = gettext_lazy("Yearly figures")
    note = gettext_lazy("Asked once a year: applications, rewards and funds look them up here.")

    @cached_property
    def years(self) -> list[int]:
        this = timezone.localdate().year
        return list(range(this, this - YEARS_BACK - 1, -1))

    @cached_property
    def year(self) -> int:
        chosen = self.request.GET.get("year", "")
        return next((year for year in self.years if str(year) == chosen), self.years[0])

    @property
    def query(self) -> dict[str, str]:
        return super().query | {"year": str(self.year)}

    @property
    def mark(self) -> tuple[str, str]:
        return figures.mark_of(self.year)

    def units(self, reach: Collection[str]) -> UnitQuerySet:
        return figures.villages_of(reach)

    def asked(self) -> list[AskedFigure]:
        return figures.asked_figures()

    def table(self, units: Sequence[Unit]) -> FillInTable:
        return figures.figures_table(units, self.year)

    def keep(self, said: Said) -> int:
        return report_profiles(self.year, said, by=self.request.user)


class Tags(Filling):
    permission = MANAGE
    page, sheet, file = "unit_tags", "unit_tags_sheet", "tags.xlsx"
    title = gettext_lazy("Tags of units")
    note = gettext_lazy(
        "The tags of a unit select the criteria and lines of the scheme that apply to it. "
        "Write 、 between several. Drafts follow at once; submitted applications keep the "
        "criteria of their submission."
    )

    @cached_property
    def in_use(self) -> list[str]:
        return figures.tags_in_use(self.reach)

    def units(self, reach: Collection[str]) -> UnitQuerySet:
        return figures.taggable(reach)

    def asked(self) -> list[AskedFigure]:
        return figures.asked_tags()

    def table(self, units: Sequence[Unit]) -> FillInTable:
        return figures.tags_table(units)

    def keep(self, said: Said) -> int:
        known = self.in_use
        tagged = tag_units({code: of_one["tags"] for code, of_one in said.items()}, by=self.request.user)
        new = sorted({tag for of_one in said.values() for tag in of_one["tags"]} - set(known))
        if new:
            text = _("New in the county: %(new)s. In use before: %(known)s. Please look whether the scheme knows them.")
            word = _(", ")
            messages.warning(self.request, text % {"new": word.join(new), "known": word.join(known) or "—"})
        for followed in tagged.follows[:MOST_TOLD]:
            messages.warning(self.request, followed.text)
        if (left := len(tagged.follows) - MOST_TOLD) > 0:
            told = ngettext("And %d more unit.", "And %d more units.", left)
            messages.warning(self.request, told % left)
        return tagged.changed


@login_required
def profiles(request: HttpRequest) -> HttpResponse:
    """A township's villages with their figures of a year; a POST saves the changes, all of them or none."""
    return _page(Figures(request))


@login_required
def profiles_sheet(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; a POST takes it back: what it would change is shown before it counts."""
    return _sheet(Figures(request))


@login_required
def tags(request: HttpRequest) -> HttpResponse:
    """The tags of a township's villages and stations."""
    return _page(Tags(request))


@login_required
def tags_sheet(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; a POST takes it back: what it would change is shown before it counts."""
    return _sheet(Tags(request))


@login_required
def marked(request: HttpRequest, key: str) -> HttpResponse:
    """The refused sheet with marks; for a quarter of an hour, for the uploader only."""
    return sheet_upload.workbook(sheet_upload.marked(request.user, key), "marked.xlsx")


def _page(filling: Filling) -> HttpResponse:
    request = filling.request
    table = filling.table(list(filling.shown))
    if request.method != "POST":
        return _show(filling, GridForm(table))
    form = GridForm(table, request.POST)
    if form.is_valid() and _kept(filling, form.said):
        if form.is_odd:
            messages.warning(request, _("Please check the marked answers below once more."))
        return redirect(filling.page_address)
    return _show(filling, form, status=409)


def _sheet(filling: Filling) -> HttpResponse:
    request = filling.request
    if request.method != "POST":
        return _workbook(filling)
    if "carried" in request.POST:
        return _carry_out(filling)
    form = sheet_upload.SheetUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(filling, sheet_form=form)
    raw = form.cleaned_data["sheet"]
    try:
        rows = tables.rows_of(raw, filling.asked(), filling.mark)
        said, table = _said(filling, rows)
    except SheetRefused as refused:
        key = sheet_upload.keep_marked(request.user, raw, refused.problems) if refused.problems else ""
        return _show(filling, refused=refused, marked=key, status=409)
    return _show_changes(filling, rows, tables.changes(said, table))


def _show_changes(
    filling: Filling, rows: Sequence[SheetRow], changes: list[tables.FigureChange], outdated: Outdated | None = None
) -> HttpResponse:
    """Preview of the sheet's changes, stored with it under the page's key; ``outdated``: why nothing was done."""
    outcome = [change.outcome for change in changes]
    odd = sum(change.odd is not None for change in changes)
    shown = max(MOST_SHOWN, odd)
    context = {
        "filling": filling,
        "changes": changes[:shown],
        "count": len(changes),
        "odd": odd,
        "more": max(0, len(changes) - shown),
        "hidden": hidden(rows),
        "outdated": outdated,
        "carried": sheet_upload.keep_shown(filling.request.user, _subject(filling), rows, outcome),
    }
    return render(filling.request, "villages/table_changes.html", context, status=409 if outdated else 200)


def _subject(filling: Filling) -> str:
    return f"villages.table/{filling.sheet}/{filling.mark}"


def _said(filling: Filling, rows: Sequence[SheetRow], *, lock: bool = False) -> tuple[Said, FillInTable]:
    """The values of the rows by unit; ``lock``: lock these units against other changes."""
    codes = {row.code(_("Division code")) for row in rows}
    units = filling.units(filling.reach).filter(code__in=codes)
    table = filling.table(list(units.select_for_update(of=("self",)) if lock else units))
    return tables.read(rows, table), table


def _carry_out(filling: Filling) -> HttpResponse:
    """Save exactly what was shown, or nothing if the sheet would now change something else."""
    request, rows, changes = filling.request, [], None
    try:
        with sheet_upload.confirming(request.user, _subject(filling), request.POST["carried"]) as (rows, require_shown):
            said, table = _said(filling, rows, lock=True)
            changes = tables.changes(said, table)
            require_shown([change.outcome for change in changes])
            _tell(filling, filling.keep(said))
    except SheetRefused as refused:
        return _show(filling, refused=refused, status=409)
    except AlreadyDone:
        messages.success(request, _("These figures have been saved."))
    except Outdated as outdated:
        if changes is not None:
            return _show_changes(filling, rows, changes, outdated)
        messages.error(request, _("Please send the sheet again."))
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, str(refused))
        return _show(filling, status=409)
    return redirect(filling.page_address)


def _kept(filling: Filling, said: Said) -> bool:
    """Whether the step succeeded; a message says what it did or why it was refused."""
    try:
        changed = filling.keep(said)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(filling.request, str(refused))
        return False
    _tell(filling, changed)
    return True


def _tell(filling: Filling, changed: int) -> None:
    told = ngettext("Saved: %d unit changed.", "Saved: %d units changed.", changed) % changed
    messages.success(filling.request, told if changed else _("Nothing was changed."))


def _workbook(filling: Filling) -> HttpResponse:
    """The table of the township, or of all townships within reach."""
    whole = filling.request.GET.get("township") == "all" or not filling.township
    reach = filling.reach if whole else [filling.township.code]
    notes = [
        _("Fill in, and send the sheet back on the same page. All of it is taken, or nothing."),
        _("An empty cell changes nothing; take something away on the page itself."),
    ]
    out = io.BytesIO()
    tables.write(filling.table(list(filling.units(reach))), out, notes=notes)
    return sheet_upload.workbook(out.getvalue(), filling.file)


def _show(
    filling: Filling,
    form: GridForm | None = None,
    *,
    sheet_form: sheet_upload.SheetUploadForm | None = None,
    refused: SheetRefused | None = None,
    marked: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "filling": filling,
        "form": form or GridForm(filling.table(list(filling.shown))),
        "sheet_form": sheet_form or sheet_upload.SheetUploadForm(),
        "refused": refused,
        "marked": marked,
    }
    return render(filling.request, "villages/table.html", context, status=status)
