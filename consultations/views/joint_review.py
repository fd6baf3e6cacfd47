"""Turning a city's joint review on and off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import permission_or_404, reached_or_404
from consultations import workflow
from consultations.forms import JointReviewForm
from consultations.models import LEAD, JointReview
from records import previews
from records.confirming import carry_out
from villages.models import Level, Unit


@permission_or_404(LEAD)
def setting(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the counties of a city review each other's drafts, since when, and why."""
    cities = Unit.objects.filter(level=Level.CITY)
    city = reached_or_404(request.user, LEAD, cities, field="code", pk=code)
    shown, step = workflow.setting_of(city), f"set_joint_review:{code}"
    form, status = JointReviewForm(request.POST or None, initial={"on": "1" if shown["on"] else "0"}), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda seen: workflow.set_joint_review(city, by=request.user, expected=seen, **form.cleaned_data),
            done=lambda: JointReview.objects.filter(unit=city).first(),
        )
        if tried.made:
            messages.success(request, _("Kept. The counties' offices have been told."))
            return redirect("joint_review", code)
        status, shown = tried.status, workflow.setting_of(city)
    context = {
        "city": city,
        "setting": JointReview.objects.filter(unit=city).select_related("set_by").first(),
        "form": form,
        "key": previews.keep(request.user, step, shown),
    }
    return render(request, "consultations/joint_review.html", context, status=status)
