"""The log of short messages, for who runs the system: to whom, about what, and what became of it. No text."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authority import permission_or_404
from notifications.channels import SMS
from notifications.kinds import KINDS
from notifications.models import Delivery

ROWS = 50


@permission_or_404("accounts.configure")
@require_safe
def sms_log(request: HttpRequest) -> HttpResponse:
    """The latest first; a state may be chosen."""
    state = request.GET.get("state", "")
    rows = Delivery.objects.filter(channel=SMS).select_related("notice__user__preferences").order_by("-pk")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for one in page:
        mobile = getattr(getattr(one.notice.user, "preferences", None), "mobile", "")
        one.masked = f"{mobile[:3]}****{mobile[-4:]}" if mobile else ""
        one.about = KINDS[one.notice.kind].group.label if one.notice.kind in KINDS else ""
    context = {"page": page, "state": state, "states": Delivery.State.choices}
    return render(request, "accounts/sms_log.html", context)
