"""Keeping the filter of a list under a name: one's own, or one's office's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.forms import SavedFilterForm
from accounts.models import SavedFilter
from accounts.saved_filters import asked_of
from accounts.views.appointments import show_refusal
from records.confirming import answer_gone
from records.refusals import Incomplete, refuse_unknown_fields


@login_required
def saved_filters(request: HttpRequest) -> HttpResponse:
    """All that one has, to open and to remove."""
    rows = SavedFilter.objects.of(request.user).select_related("owner", "unit")
    return render(request, "accounts/filters/list.html", {"filters": rows})


@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Name what the list at ``of`` is asked."""
    asked = asked_of(request.POST.get("of") or request.GET.get("of", ""))
    if asked is None:
        raise Http404
    form = SavedFilterForm(request.POST or None, posts=request.user.posts, initial={"of": asked.url})
    status = 200
    if request.method == "POST":
        status = 400
        try:
            refuse_unknown_fields(request.POST, form.fields)
            if form.is_valid():
                given = form.cleaned_data
                workflow.save_filter(given["of"], given["name"], by=request.user, office=form.office)
                messages.success(request, _("Saved: “%(name)s” stands above this list.") % {"name": given["name"]})
                return redirect(asked.url)
        except Incomplete as refused:
            if refused.problems:
                show_refusal(form, refused)
            else:
                form.add_error(None, str(refused))
    return render(request, "accounts/filters/save.html", {"form": form, "list": asked}, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one that is gone, in another tab or by a colleague, say so."""
    saved = SavedFilter.objects.of(request.user).filter(pk=pk).first()
    if saved is None:
        answer_gone(request)
        return redirect("saved_filters")
    workflow.remove_filter(saved, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("saved_filters")
