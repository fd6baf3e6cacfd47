"""The text of a draft and of an issued scheme as Word and PDF; the papers by which a scheme is issued."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404, reached_or_404
from consultations import scheme_text, workflow
from consultations.forms import PaperForm
from consultations.models import COMMENT, LEAD, REVIEW, WRITE, Consultation, SchemePaper
from ratings.models import Scheme
from records import previews
from records.confirming import answer_late, carry_out
from records.documents import served
from records.files import serve

VIEW = "ratings.view_scheme"
RIGHTS = (WRITE, COMMENT, REVIEW, LEAD)


@permission_or_404(*RIGHTS)
@require_safe
def draft_pdf(request: HttpRequest, pk: int) -> FileResponse:
    one = _consultation(request, pk)
    return served(scheme_text.as_pdf(one.scheme, one), scheme_text.name_of(one.scheme))


@permission_or_404(*RIGHTS)
@require_safe
def draft_word(request: HttpRequest, pk: int) -> FileResponse:
    one = _consultation(request, pk)
    return scheme_text.word_response(one.scheme, one)


@permission_or_404(VIEW)
@require_safe
def word(request: HttpRequest, pk: int) -> FileResponse:
    """A scheme that the reader may see."""
    seen = Scheme.with_programmes.seen_by(request.user).select_related("unit")
    return scheme_text.word_response(get_object_or_404(seen, pk=pk))


@permission_or_404(WRITE)
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers by which a draft will be issued: numbers, issuers, files."""
    scheme = reached_or_404(request.user, WRITE, Scheme.with_programmes.select_related("unit"), pk=pk)
    step, status = f"attach_scheme_paper:{pk}", 200
    if scheme.state != Scheme.State.DRAFT:
        answer_late(request, step, _("The paper is attached."))
        return redirect("scheme", pk)
    form = PaperForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda _shown: workflow.attach(scheme, by=request.user, **form.cleaned_data),
            done=lambda: scheme,
        )
        if tried.made:
            messages.success(request, _("The paper is attached."))
            return redirect("scheme_papers", pk)
        status = tried.status
    context = {
        "scheme": scheme,
        "papers": list(scheme.papers.select_related("file")),
        "form": form,
        "key": previews.keep(request.user, step, {}),
    }
    return render(request, "consultations/papers.html", context, status=status)


@permission_or_404(WRITE)
@require_POST
def remove(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    scheme = reached_or_404(request.user, WRITE, Scheme.with_programmes.all(), pk=pk)
    if one := SchemePaper.objects.filter(pk=paper, scheme=scheme).select_related("scheme").first():
        workflow.detach(one, by=request.user)
    messages.success(request, _("The paper is removed."))  # pressed twice too
    return redirect("scheme_papers", pk)


@permission_or_404(VIEW)
@require_safe
def file(request: HttpRequest, pk: int, paper: int) -> FileResponse:
    """A paper of a scheme that the reader may see."""
    seen = Scheme.with_programmes.seen_by(request.user).filter(pk=pk)
    if not seen.exists():
        raise Http404
    return serve(get_object_or_404(SchemePaper.objects.select_related("file"), pk=paper, scheme_id=pk).file)


def _consultation(request: HttpRequest, pk: int) -> Consultation:
    seen = Consultation.objects.seen_by(request.user).select_related("scheme__unit", "unit")
    return get_object_or_404(seen, pk=pk)
