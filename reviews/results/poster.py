"""A public notice as a poster: the text of the page in large print, with a QR code that leads to it."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.role_holders import office_lines
from accounts.templatetags.face import points_text, star_name
from accounts.working_days import uncertainty, working_days_between
from records.deadlines import deadline
from records.documents import pdf, qr
from reviews.models import Batch
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.results.public_notices import by_township, decisions_of


def poster(batch: Batch) -> bytes:
    """For a released ``batch`` with its unit and cycle."""
    address = settings.SITE_URL + reverse("public_notice", args=[batch.pk])
    first, last, on = (date_format(day, "DATE_FORMAT") for day in (batch.first_day, batch.last_day, batch.confirms_on))
    days = len(working_days_between(batch.first_day, batch.last_day))
    phones = office_lines(REVIEW_LEVELS[batch.stage].office, batch.unit_id)
    groups = by_township(list(decisions_of(batch)))
    return pdf(
        "poster",
        {
            "title": _("Public notice of proposed stars"),
            "place": _("%(unit)s %(year)s") % {"unit": batch.unit.name, "year": batch.cycle.year},
            "document": " · ".join(
                filter(
                    None,
                    [
                        batch.cycle.standard,
                        batch.document,
                        date_format(timezone.localtime(batch.released_at), "DATE_FORMAT"),
                    ],
                )
            ),
            "foot": address,
            "code": qr(address),
            "groups": [
                {
                    "name": name,
                    "rows": [[one.unit.name, one.star, star_name(one.star), points_text(one.total)] for one in decided],
                }
                for name, decided in groups.items()
            ],
            "words": {
                "days": _(
                    "Public notice of %(days)s working days, %(first)s to %(last)s. "
                    "What has no open objection is confirmed on %(on)s."
                )
                % {"days": days, "first": first, "last": last, "on": on},
                "uncertain": uncertainty(batch.first_day, batch.confirms_on),
                "object": _("Is something not right? Anyone may object."),
                "ways": [
                    _("1. Scan the code, or open %s") % address,
                    _("2. Or bring it on paper to the office of %s") % batch.unit.name,
                    *([_("3. Or call %s") % "、".join(phones)] if phones else []),
                    _("Named or anonymous; each is looked into by somebody who did not decide."),
                ],
                "until": _("Until %s") % deadline(batch.last_day),
                "scan": _("Scan to see and object"),
                "heads": [batch.scheme.get_rates_display(), _("Proposed"), _("Total points")],
            },
        },
    )
