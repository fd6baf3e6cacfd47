"""Draft schemes on which the public is asked, and what was issued, for anyone."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations import scheme_text, workflow
from consultations.forms import PublicCommentForm, show_refusal
from consultations.models import Consultation, SchemePaper
from consultations.presenters import ConsultationPage
from ratings.models import Scheme
from records import rate_limit
from records.client_ip import address_of
from records.documents import served
from records.files import serve
from records.refusals import Incomplete, Refused
from records.refused_forms import Refusal

ROWS = 20
COMMENTS_AN_HOUR = 5


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Where the public is asked now, and was asked before."""
    rows = Consultation.objects.public_now().select_related("scheme", "unit")
    shown = rows.defer("body", "reviewed_body", "scheme__body").order_by("-opened_at", "-pk")
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    return render(request, "consultations/public_drafts.html", {"page": page})


def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft, the comments that are answered, and a form while there is time."""
    one = _public(pk)
    about, kept, status = request.GET.get("about", ""), False, 200
    form = PublicCommentForm(request.POST or None, consultation=one, about=about)
    if request.method == "POST":
        kept, status = _take(request, one, form)
        one = _public(pk)  # it may have been closed meanwhile
    page, open_now = ConsultationPage(one), one.takes_comments
    context = {
        "consultation": one,
        "scheme": one.scheme,
        "page": page,
        "comments": Paginator(page.comments, ROWS).get_page(request.GET.get("page")),
        "form": form if open_now else None,
        "refused": [Refusal.of(form)] if form.is_bound and not kept and not open_now else [],
        "kept": kept,
    }
    return render(request, "consultations/public_draft.html", context, status=status)


def _take(request: HttpRequest, one: Consultation, form: PublicCommentForm) -> tuple[bool, int]:
    """Whether the comment was kept, and the status of the page that says so."""
    if not one.takes_comments:
        form.add_error(None, _("The time for comments is over."))
        return False, 409
    if not form.is_valid():
        return False, 400
    given = form.cleaned_data.copy()
    if given.pop("website") or not rate_limit.count("drafts", address_of(request), COMMENTS_AN_HOUR):
        form.add_error(None, _("Too many comments from this place. Please send it again in an hour."))
        return False, 429
    try:
        workflow.comment_in_public(one, **given)
    except Incomplete as refused:
        show_refusal(form, refused)
        return False, 400
    except Refused as refused:
        form.add_error(None, str(refused))
        return False, 409
    return True, 200


@require_safe
def pdf(request: HttpRequest, pk: int) -> FileResponse:
    one = _public(pk)
    return served(scheme_text.as_pdf(one.scheme, one), scheme_text.name_of(one.scheme))


@require_safe
def word(request: HttpRequest, pk: int) -> FileResponse:
    one = _public(pk)
    return scheme_text.word_response(one.scheme, one)


@require_safe
def scheme_word(request: HttpRequest, pk: int) -> FileResponse:
    """An issued scheme."""
    return scheme_text.word_response(get_object_or_404(Scheme.with_programmes.issued().select_related("unit"), pk=pk))


@require_safe
def file(request: HttpRequest, pk: int, paper: int) -> FileResponse:
    """A paper by which a scheme was issued."""
    found = SchemePaper.objects.filter(scheme_id=pk, scheme__state=Scheme.State.ISSUED).select_related("file")
    return serve(get_object_or_404(found, pk=paper).file)


def _public(pk: int) -> Consultation:
    """One that anybody may read: a draft on which the public is asked, until it is issued."""
    rows = Consultation.objects.public_now().select_related("scheme__unit", "unit")
    return get_object_or_404(rows, pk=pk)
