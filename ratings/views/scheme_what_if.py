"""What a scheme would do before it is issued, on kept or uploaded facts; and a scheme as a workbook. Keeps nothing."""

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.authority import permission_or_404, reached_or_404
from ratings.allowance.comparison import judge_both
from ratings.allowance.what_if import SchemesOnFacts, pairs_of_kept
from ratings.models import Scheme
from ratings.presenters.scheme_what_if import options, what_if
from ratings.scheme.reading import Reading
from ratings.scheme.workbook.writing import workbook_of
from ratings.scoring.facts_file import read_facts_for_both
from ratings.views.scheme import MANAGE, VIEW
from records.refusals import Refused
from records.sheet_upload import SheetUploadField, workbook
from records.table_lines import UPLOAD


class WhatIfForm(forms.Form):
    """``against``: the scheme to compare with, whose kept facts are used unless a sheet is sent."""

    against = forms.ModelChoiceField(Scheme.objects.none(), label=gettext_lazy("Compare with"), empty_label=None)
    sheet = SheetUploadField(label=gettext_lazy("Facts of your own, as a facts file"), required=False)


@permission_or_404(MANAGE)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    scheme = reached_or_404(request.user, MANAGE, Scheme.with_programmes.select_related("unit"), pk=pk)
    others = Scheme.objects.issued().filter(unit=scheme.unit_id, rates=scheme.rates).exclude(pk=pk)
    ordered = options(scheme, others)
    sent = request.POST if request.method == "POST" else {"against": request.GET.get("against")}
    if not sent.get("against") and ordered:
        sent = {"against": ordered[0].pk}
    form = WhatIfForm(sent, request.FILES or None)
    form.fields["against"].queryset = others
    context = {"scheme": scheme, "form": form, "ordered": ordered}
    if ordered and form.is_valid():
        context |= _result(scheme, form.cleaned_data["against"], form.cleaned_data["sheet"])
    return render(request, "ratings/scheme/what_if.html", context, status=409 if "refused" in context else 200)


def _result(scheme: Scheme, old: Scheme, sheet: bytes | None) -> dict[str, object]:
    day = _day(old, sheet)
    try:
        kept = _judged(scheme, old, sheet, day)
    except Refused as refused:
        return {"refused": str(refused).splitlines(), "old": old}
    shown = what_if(scheme.spec, old.spec, kept.pairs, scheme.unit_id) if kept.pairs else None
    return {"old": old, "day": day, "found": shown, "kept": kept, "count": len(kept.pairs), "uploaded": bool(sheet)}


def _day(old: Scheme, sheet: bytes | None) -> date:
    """The year's last; for the answers of a year that is under way today, as on the page that issues the draft."""
    last = date(old.year, 12, 31)
    return last if sheet else min(last, timezone.localdate())


def _judged(scheme: Scheme, old: Scheme, sheet: bytes | None, day: date) -> SchemesOnFacts:
    new = Reading(scheme.body, scheme.spec)
    if not sheet:
        return pairs_of_kept(new, old, day)
    new_facts, old_facts = read_facts_for_both(sheet, scheme.spec, old.spec, bounds=UPLOAD)
    if outside := [code for code in new_facts if not code.startswith(scheme.unit_id)]:
        raise Refused(_("These units do not belong here: %s") % _(", ").join(outside[:20]))
    return SchemesOnFacts(judge_both(new, Reading(old.body, old.spec), new_facts, old_facts, day))


@permission_or_404(VIEW)
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The scheme as the workbook that ``import_scheme`` reads."""
    seen = get_object_or_404(Scheme.with_programmes.seen_by(request.user), pk=pk)
    return workbook(workbook_of(seen.spec), f"scheme-{seen.unit_id}-{seen.year}-{seen.version}.xlsx")
