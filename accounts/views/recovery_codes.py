"""The recovery codes of one's own second factor: shown once, with a printable sheet."""

from typing import Any

from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import recovery_codes
from records.documents import served


class CodesView(ViewRecoveryCodesView):
    template_name = "accounts/recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context["can_view_codes"]:
            context["sealed"] = recovery_codes.encrypted_codes(context["unused_codes"], self.request.user)
        return context


codes = CodesView.as_view()


@login_required
@require_POST
def paper(request: HttpRequest) -> HttpResponse:
    """The codes of this page as PDF, once."""
    codes = recovery_codes.decrypted_codes(request.POST.get("sealed", ""), request.user)
    if not codes:
        messages.error(request, _("This sheet was made already. You can make new codes."))
        return redirect("mfa_index")
    return served(recovery_codes.as_pdf(codes, request.user), _("Recovery codes"), download=True)
