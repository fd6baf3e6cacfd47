"""The auditor's page for the integrity check: is all data still as it was written; and the chain head to take away."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import integrity_run, integrity_words
from accounts.authority import permission_or_404
from records.chain_head import Head
from records.documents import qr
from records.models import Digest, IntegrityRun
from records.refusals import Refused

CHECKS_SHOWN = 10
HEAD_BYTES = 1000


class CheckForm(forms.Form):
    head = forms.FileField(
        label=gettext_lazy("A head exported earlier (may be empty)"),
        required=False,
        help_text=gettext_lazy("Only this reveals a chain that was rewritten from the start."),
    )

    def clean_head(self) -> Head | None:
        """The head contained in the file."""
        file = self.cleaned_data["head"]
        if not file:
            return None
        try:
            return Head.read(file.read(HEAD_BYTES).decode())
        except (Refused, UnicodeDecodeError) as wrong:
            raise forms.ValidationError(str(wrong)) from None


def _in_words(check: str, row: str, *sides: str) -> tuple[str, str, list[tuple[str | None, str]]]:
    """The check and the row of a fault, and what was expected and found: in words, or the content itself."""
    return integrity_words.check_words(check), row, [(integrity_words.phrase(side), side) for side in sides]


@permission_or_404(integrity_run.READ_TRAIL)
def proof(request: HttpRequest) -> HttpResponse:
    """The head, the checks so far, and the result of the last one."""
    head = Head.newest()
    checks = list(IntegrityRun.objects.select_related("by")[:CHECKS_SHOWN])
    last = next((one for one in checks if one.state == IntegrityRun.State.READY), None)
    integrity_run.seen(IntegrityRun.objects.all(), request.user)
    running = next((one for one in checks if one.state in ("waiting", "running")), None)
    template = "accounts/audit/integrity_progress.html" if request.htmx else "accounts/audit/integrity.html"
    context = {
        "head": head,
        "code": qr(head.line) if head else "",
        "checks": checks,
        "last": last,
        "faults": [_in_words(*fault) for fault in last.found] if last else [],
        "running": running,
        "adopted": Digest.objects.filter(operation=Digest.Operation.ADOPT).exists(),
        "form": CheckForm(),
    }
    return render(request, template, context)


@permission_or_404(integrity_run.READ_TRAIL)
@require_POST
def proof_check(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST, request.FILES)
    if form.is_valid():
        integrity_run.ask(form.cleaned_data["head"], by=request.user)
        messages.success(request, _("The check is being made. You will be told when it is done."))
    else:
        messages.error(request, " ".join(form.errors["head"]))
    return redirect("proof")


@permission_or_404(integrity_run.READ_TRAIL)
def proof_head(request: HttpRequest) -> HttpResponse:
    """The head as a small file, to be kept where nobody in this system can change it."""
    head = Head.newest()
    if head is None:
        messages.error(request, _("Nothing has been sealed yet."))
        return redirect("proof")
    response = HttpResponse(head.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="head-{head.number}.txt"'
    return response
