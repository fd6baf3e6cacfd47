"""The changes of appointments that wait to be looked through, for the audit administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from accounts import workflow
from accounts.authority import permission_or_404
from accounts.forms import SeenForm
from accounts.models import AppointmentEvent, AppointmentReview
from accounts.trail_review import as_group, groups, in_words, unseen
from records import previews
from records.confirming import carry_out

ROWS = 25
STEP = "review_appointments"
READ = "accounts.read_trail"


@permission_or_404(READ)
def review(request: HttpRequest) -> HttpResponse:
    reach, status = request.user.reach(READ), 200
    page = Paginator(groups(reach), ROWS).get_page(request.GET.get("page"))
    shown = [as_group(row) for row in page]
    if request.method == "POST":
        kept = previews.find(request.user, STEP, request.POST.get("key", ""))
        form = SeenForm(request.POST, keys=list(kept.content if kept else ()))
        tried = carry_out(
            request,
            STEP,
            form,
            lambda before: workflow.mark_seen(
                form.chosen, reason=form.cleaned_data["reason"], by=request.user, expected=before
            ),
            done=lambda: _last_of(request),
        )
        if tried.made:
            count = tried.made.changes
            message = ngettext("%d change is marked as seen.", "%d changes are marked as seen.", count) % count
            messages.success(request, message)
            return redirect(request.get_full_path())
        status = tried.status
    else:
        form = SeenForm(keys=[])
    context = {
        "page": page,
        "groups": in_words(shown),
        "table": AppointmentEvent._meta.db_table,
        "remaining": unseen(reach).count(),
        "reviews": AppointmentReview.objects.filter(unit__in=reach).select_related("by").order_by("-pk")[:10],
        "form": form,
        "chosen": request.POST.getlist("groups"),
        "key": previews.keep(request.user, STEP, {one.key: one.state for one in shown}),
    }
    return render(request, "accounts/audit/review.html", context, status=status)


def _last_of(request: HttpRequest) -> AppointmentReview | None:
    return AppointmentReview.objects.filter(by=request.user).order_by("-pk").first()
