"""A draft is changed while others read it: those who had their say are told what, once a day for each place."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consultations import places
from consultations.agreement import current
from consultations.models import ConsultationState, DraftChange
from consultations.parties import had_their_say
from consultations.telling import tell
from ratings.models import Scheme
from records import audit


def follow(scheme: Scheme, before: dict[str, Any], *, by: Any) -> None:
    """``scheme`` said ``before`` until now; nothing happens unless others read it."""
    consultation = current(scheme)
    if consultation is None or consultation.state not in ConsultationState.OPEN:
        return
    today = timezone.localdate()
    told = set(DraftChange.objects.filter(consultation=consultation, day=today).values_list("place", flat=True))
    new = {name: title for name, title in places.changed(before, scheme.body).items() if name not in told}
    if not new:
        return
    with audit.acting(by, "write_scheme"):
        DraftChange.objects.bulk_create(
            DraftChange(consultation=consultation, place=name, about=title, day=today, by=by)
            for name, title in new.items()
        )
        tell(consultation, "draft_changed", had_their_say(consultation), about=_(", ").join(new.values()))
