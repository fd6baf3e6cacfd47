"""The robots of work groups: an office adds them, sees what they say and what became of each message."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notifications.forms import RobotForm
from notifications.models import Robot, RobotMessage, RobotTry
from notifications.robots import management, wording
from notifications.robots.explanations import explain
from records.refusals import Refused
from villages.models import below_any

PER_PAGE = 20


def _reach(request: HttpRequest) -> list[str]:
    if not (reach := request.user.reach(management.MANAGE)):
        raise Http404
    return reach


def _managed(request: HttpRequest) -> QuerySet[Robot]:
    return Robot.objects.filter(below_any(_reach(request), "unit_id")).select_related("unit")


@login_required
def robots(request: HttpRequest) -> HttpResponse:
    found = _managed(request).annotate(
        last=Max("messages__sent_at"),
        failed=Count("messages", filter=Q(messages__state=RobotMessage.State.FAILED)),
    )
    page = Paginator(found.order_by("unit_id", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/robots.html", {"page": page})


@login_required
def robot_new(request: HttpRequest) -> HttpResponse:
    form = RobotForm(request.POST or None, reach=_reach(request))
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in form.fields}
        try:
            made = management.add_robot(**given, by=request.user)
        except Refused as refused:
            form.add_error("address", str(refused))
        else:
            messages.success(request, _("The robot is added. Send a test to see whether it arrives."))
            return redirect("robot", made.pk)
    return render(request, "notifications/robot_new.html", {"form": form})


@login_required
def robot(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(_managed(request), pk=pk)
    form = RobotForm(request.POST or None, reach=[], robot=one)
    if form.is_valid():
        given = dict(form.cleaned_data)
        removed = given.pop("no_secret", False)
        secret = "" if removed else given.pop("secret") or None
        given.pop("secret", None)
        management.change_robot(one, **given, secret=secret, by=request.user)
        messages.success(request, _("The robot is kept."))
        return redirect("robot", pk)
    log = one.messages.prefetch_related(Prefetch("tries", RobotTry.objects.order_by("pk")), "parts")
    page = Paginator(log.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    for message in page:
        message.said = wording.text_of(message)
        message.told = [(entry, explain(entry)) for entry in message.tries.all()]
    return render(request, "notifications/robot.html", {"robot": one, "form": form, "page": page})


@login_required
@require_POST
def robot_test(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(_managed(request), pk=pk)
    try:
        message = management.send_test(one, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("robot", pk)
    last = message.tries.first()
    if message.state == RobotMessage.State.SENT:
        messages.success(request, _("The test has arrived."))
    elif last is None:
        messages.warning(request, _("Too many messages in this minute: the test is sent in the next one."))
    else:
        messages.error(request, explain(last))
    return redirect("robot", pk)


@login_required
@require_POST
def message_again(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    one = get_object_or_404(RobotMessage, robot__in=_managed(request), robot=pk, pk=message)
    try:
        management.send_again(one, by=request.user)
        messages.success(request, _("It is sent again within a minute."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("robot", pk)
