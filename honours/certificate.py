"""The certificate of a model village, as a document to frame, with its check code."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from honours.models import Nomination, NominationState
from records import signed_codes
from records.documents import pdf, qr

PURPOSE = "honours.certificate"


def code_of(nomination_id: int) -> str:
    return signed_codes.code_of(PURPOSE, nomination_id)


def nomination_of(code: str) -> int | None:
    """The nomination of a code, however it was typed; None if we never issued it."""
    return signed_codes.number_of(PURPOSE, code)


def page_of(code: str) -> str | None:
    """The public page about a title with this code."""
    pk = nomination_of(code)
    titled = [NominationState.NAMED, NominationState.REVOKED]
    if pk is None or not Nomination.objects.filter(pk=pk, state__in=titled).exists():
        return None
    return reverse("title_certificate", args=[code_of(pk)])


def certificate_paper(nomination: Nomination) -> bytes:
    """For a village that has been named, with its unit and round."""
    round, code = nomination.round, code_of(nomination.pk)
    day = date_format(round.named_on, "DATE_FORMAT")
    return pdf(
        "certificate",
        {
            "title": _("Certificate of a model village"),
            "unit": nomination.unit.name,
            "star": nomination.star,
            "star-name": round.name,
            "rows": [
                (_("Document"), round.document),
                (_("The title holds until"), date_format(round.valid_until, "DATE_FORMAT")),
                (_("Check code"), code),
            ],
            "day": day,
            "code": qr(settings.SITE_URL + reverse("title_certificate", args=[code])),
            "words": {
                "head": _("Certificate of honour"),
                "says": _("has been named by %s as a") % round.unit.name,
                "seal": _("(Seal)"),
                "scan": _("Scan to check"),
            },
        },
    )
