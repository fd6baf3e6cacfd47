"""The star certificate (星级证书) as a document to frame, with its check code and a QR code that leads to its check."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.models import Decision
from ratings.register.certificate import code_of
from records.documents import pdf, qr


def certificate_paper(decision: Decision) -> bytes:
    """For a confirmed ``decision`` of at least one star, with its unit."""
    code = code_of(decision.pk)
    day = date_format(decision.on, "DATE_FORMAT")
    rows = [(_("Document"), decision.document), (_("In force from"), day), (_("Check code"), code)]
    return pdf(
        "certificate",
        {
            "title": _("Star certificate"),
            "unit": decision.unit.name,
            "star": decision.star,
            "star-name": star_name(decision.star),
            "rows": [row for row in rows if row[1]],
            "day": day,
            "code": qr(settings.SITE_URL + reverse("certificate", args=[code])),
            "words": {
                "head": _("Star certificate"),
                "says": _("has been assessed for %s and is confirmed as a unit of") % decision.year,
                "seal": _("(Seal)"),
                "scan": _("Scan to check"),
            },
        },
    )
