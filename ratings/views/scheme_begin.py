"""Beginning a draft: as a copy of another scheme, or from a workbook or JSON file.

A file is checked as a whole: all its errors come at once, and of a faulty one nothing is kept. What a good one contains
is shown first; then exactly that becomes the draft.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached
from ratings.forms.scheme_begin import BeginForm, DraftPlaceForm, SchemeFileForm
from ratings.models import Scheme
from ratings.presenters.scheme_page import SchemeView
from ratings.scheme.problems import wrong_cells
from ratings.scheme.reading import Reading, SchemeRefused, parse, read_scheme
from ratings.scheme.writing import scheme_text
from ratings.workflow import scheme_drafts
from ratings.workflow.scheme import require_ratable
from ratings.workflow.scheme_drafts import MANAGE
from records import previews
from records.confirming import Tried, carry_out
from records.sheet_upload import keep_marked

BEGIN, IMPORT = "begin_scheme", "import_scheme"
SHOWN = 200
"""How many errors of a file are listed; the marked copy holds them all."""


@permission_or_404(MANAGE)
def begin(request: HttpRequest) -> HttpResponse:
    """Choose what the new draft starts from."""
    form, tried = BeginForm(request.POST or None, user=request.user), Tried(None)
    if request.method == "POST":
        tried = _begin(request, BEGIN, form, lambda shown: form.body)
        if tried.made:
            return _begun(request, tried.made)
    context = {"form": form, "key": previews.keep(request.user, BEGIN, {})}
    return render(request, "ratings/scheme/begin.html", context, status=tried.status)


@permission_or_404(MANAGE)
def upload(request: HttpRequest) -> HttpResponse:
    """A scheme file; shows all its errors, or what it contains."""
    form = SchemeFileForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "ratings/scheme/import.html", {"form": form}, status=400 if form.is_bound else 200)
    raw = form.cleaned_data["file"]
    try:
        reading = read_scheme(raw)
        require_ratable(reading.spec)
    except SchemeRefused as refused:
        return _refused(request, raw, refused)
    return _contents(request, reading)


def _refused(request: HttpRequest, raw: bytes, refused: SchemeRefused) -> HttpResponse:
    marks = wrong_cells(refused.problems)
    context = {
        "form": SchemeFileForm(),
        "problems": refused.problems[:SHOWN],
        "more": len(refused.problems) - SHOWN,
        "marked": keep_marked(request.user, raw, marks) if marks else "",
    }
    return render(request, "ratings/scheme/import.html", context, status=409)


def _contents(request: HttpRequest, reading: Reading) -> HttpResponse:
    form = DraftPlaceForm(user=request.user)
    spec = reading.spec
    here = form.fields["unit"].queryset
    form.initial = {"unit": here.filter(code=spec.unit).first() or here.first()}
    if spec.year in dict(form.fields["year"].choices):
        form.initial["year"] = spec.year
    context = {
        "form": form,
        "spec": spec,
        "view": SchemeView(spec),
        "warnings": reading.warnings[:SHOWN],
        "key": previews.keep(request.user, IMPORT, {"scheme": scheme_text(spec)}),
    }
    return render(request, "ratings/scheme/import.html", context)


@permission_or_404(MANAGE)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Make the file that was shown a draft."""
    form = DraftPlaceForm(request.POST, user=request.user)
    tried = _begin(request, IMPORT, form, lambda shown: parse(shown["scheme"].encode()))
    if tried.made:
        return _begun(request, tried.made)
    context = {"form": SchemeFileForm(), "outdated": form}
    return render(request, "ratings/scheme/import.html", context, status=tried.status)


def _begin(request: HttpRequest, step: str, form: DraftPlaceForm, body_of: Any) -> Tried:
    return carry_out(
        request,
        step,
        form,
        lambda shown: scheme_drafts.begin(
            body_of(shown), unit=form.cleaned_data["unit"], year=form.cleaned_data["year"], by=request.user
        ),
        done=lambda: reached(request.user, MANAGE, Scheme.objects.filter(state="draft")).order_by("pk").last(),
    )


def _begun(request: HttpRequest, draft: Scheme) -> HttpResponse:
    messages.success(request, _("The draft is begun. Change what is to be different."))
    return redirect("scheme_edit", draft.pk)
