"""What the audit trail calls the codes that ratings keeps: events by their schemes' names, suppliers in words."""

from collections.abc import Iterable

from accounts import trail_values
from ratings.events.applicable_scheme import event_names_anywhere
from ratings.models import Answer, Event, Veto
from ratings.scheme.below import from_below
from ratings.scheme.wording import supplier_words


def name_codes() -> None:
    trail_values.name_codes(Event, "kind", event_names_anywhere)
    for tracked in (Answer, Veto):
        trail_values.name_codes(tracked, "source", _suppliers)


def _suppliers(codes: Iterable[str]) -> dict[str, str]:
    below = {code: figure.events for code in codes if (figure := from_below(code))}
    names = event_names_anywhere(event for events in below.values() for event in events) if any(below.values()) else {}
    return {code: supplier_words(code, names) for code in codes}
