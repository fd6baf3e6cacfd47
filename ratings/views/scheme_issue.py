"""Issuing a scheme: its page shows first what is issued, and whom it concerns."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from accounts.authority import permission_or_404, reached_or_404
from ratings.forms.scheme_outline import SchemeOutline
from ratings.models import Scheme
from ratings.presenters.scheme_comparison import others
from ratings.presenters.scheme_panels import panels_of
from ratings.workflow import scheme_drafts, scheme_issuing
from ratings.workflow.scheme_drafts import MANAGE
from records import previews
from records.confirming import Tried, answer_late, carry_out

ISSUED = gettext_lazy("The scheme is issued. Those whom it concerns have been told.")


@permission_or_404(MANAGE)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """What is issued, its checks, and whom it concerns; then exactly that."""
    scheme = reached_or_404(request.user, MANAGE, Scheme.with_programmes.select_related("unit"), pk=pk)
    step, form, tried = f"issue_scheme:{pk}", forms.Form(request.POST or None), Tried(None)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: scheme_issuing.issue(scheme, by=request.user, expected=shown),
            done=lambda: Scheme.with_programmes.issued().filter(pk=pk).first(),
        )
        if tried.made:
            messages.success(request, ISSUED)
            return redirect("scheme", pk)
    if scheme.state != Scheme.State.DRAFT:
        answer_late(request, step, ISSUED)
        return redirect("scheme", pk)
    body, _number = scheme_drafts.written(scheme)
    offered = scheme_issuing.offered(scheme)
    context = {
        "scheme": scheme,
        "outline": SchemeOutline(body),
        "form": form,
        "last": next(iter(others(scheme, Scheme.with_programmes.issued())), None),
        "panels": panels_of(request.user, scheme),
        "key": previews.keep(request.user, step, offered),
        **offered,
    }
    return render(request, "ratings/scheme/issue.html", context, status=tried.status)
