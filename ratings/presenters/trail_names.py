"""What the audit trail calls the codes that ratings keeps: events by their schemes' names, suppliers in words."""

from accounts import trail_values
from ratings.events.applicable_scheme import event_names_anywhere
from ratings.models import Answer, Event, Veto
from ratings.scheme.wording import supplier_words


def name_codes() -> None:
    trail_values.name_codes(Event, "kind", event_names_anywhere)
    for tracked in (Answer, Veto):
        trail_values.name_codes(tracked, "source", lambda codes: {code: supplier_words(code) for code in codes})
