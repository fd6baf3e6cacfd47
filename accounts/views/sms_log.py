"""The log of short messages, for who runs the system: to whom, about what, and what became of it. No text."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import exports
from accounts.authority import permission_or_404
from accounts.sms_deliveries import about, masked_mobile
from notifications.channels import SMS
from notifications.models import Delivery
from records.excel_export import as_workbook

ROWS = 50


@permission_or_404("accounts.configure")
@require_safe
def sms_log(request: HttpRequest) -> HttpResponse:
    """The latest first; a state may be chosen."""
    state = request.GET.get("state", "")
    rows = Delivery.objects.filter(channel=SMS).select_related("notice__user__preferences").order_by("-pk")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    if book := as_workbook(request, _("Short messages"), exports.short_messages(), rows):
        return book
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for one in page:
        one.masked, one.about = masked_mobile(one), about(one)
    context = {"page": page, "state": state, "states": Delivery.State.choices}
    return render(request, "accounts/sms_log.html", context)
