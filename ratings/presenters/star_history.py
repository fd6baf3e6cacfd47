"""The part of "why this star" about the time since: stars held, events, mergers, splits, renamings (practice §4)."""

from datetime import date
from typing import Any

from django.db.models import DateField, Func, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.face import star_name
from ratings.events.applicable_scheme import events_of
from ratings.events.effects import effect_words
from ratings.explanation import ExplanationStep, ExplanationSubject, Queries, Rows, question, rows_of
from ratings.models import Event, StarPeriod
from villages.models import ReorganizationOrder, UnitSuccession


def register_queries(subject: ExplanationSubject) -> Queries:
    """Orders on the unit; once a decision is in force, the stars that depend on it and the events after its cut-off."""
    queries = {"since_orders": question(_orders_on_unit)}
    decision = subject.decision
    if decision and decision.cut_off:
        queries["since_held"] = question(_held_by, decision.pk)
        queries["since_events"] = question(_events_after, decision.cut_off)
    return queries


def _orders_on_unit(_user: User) -> QuerySet:
    of_unit = Q(before=OuterRef("unit")) | Q(after=OuterRef("unit"))
    return rows_of(
        UnitSuccession.objects.filter(of_unit).order_by("order__on", "pk"),
        "name_before",
        "name_after",
        kind="order__kind",
        document="order__document",
        on="order__on",
        reason="order__reason",
    )


def _held_by(_user: User, decision: int) -> QuerySet:
    held = StarPeriod.objects.known().filter(decision=decision, unit=OuterRef("unit")).order_by("during")
    return rows_of(held, "star", "effects", first=Func("during", function="lower", output_field=DateField()))


def _events_after(user: User, cut_off: date) -> QuerySet:
    events = Event.objects.seen_by(user).filter(unit=OuterRef("unit"), on__gt=cut_off).order_by("on", "pk")
    return rows_of(events, "kind", "on", "closed", "rectification", "source", "note", reversed="reversal__on")


def register_steps(subject: ExplanationSubject, rows: Rows) -> list[ExplanationStep]:
    """The steps in the order of their days."""
    names = events_of(subject.application.scheme)
    steps = [
        *_orders(rows["since_orders"]),
        *(_event(row, names) for row in rows.get("since_events", [])),
        *(_held(row) for row in rows.get("since_held", [])),
    ]
    return sorted(steps, key=lambda step: step.on)


def _held(row: dict[str, Any]) -> ExplanationStep:
    effects = tuple(effect_words(text) for text in row["effects"])
    title = _("From this day: %(star)s") % {"star": star_name(row["star"])}
    return ExplanationStep(date.fromisoformat(row["first"]), title, effects, mark="change" if effects else "")


def _event(row: dict[str, Any], names: dict[str, str]) -> ExplanationStep:
    lines = (*filter(None, (row["source"], row["note"])), _ended(row))
    title = _("Event: %(event)s") % {"event": names.get(row["kind"], row["kind"])}
    return ExplanationStep(date.fromisoformat(row["on"]), title, lines, mark="change")


def _ended(row: dict[str, Any]) -> str:
    if row["reversed"]:
        return _("No longer counts from %(day)s on: an appeal was upheld") % {"day": _day(row["reversed"])}
    if not row["closed"]:
        return _("Not rectified")
    ended = _("Closed as rectified on %(day)s") % {"day": _day(row["closed"])}
    return _("%(name)s: %(value)s") % {"name": ended, "value": row["rectification"]} if row["rectification"] else ended


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text))


def _orders(successions: list[dict[str, Any]]) -> list[ExplanationStep]:
    """One step per order, whichever of its old and new units concern the unit."""
    by_order: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in successions:
        by_order.setdefault((row["on"], row["document"], row["kind"]), []).append(row)
    return [
        ExplanationStep(
            date.fromisoformat(on),
            str(ReorganizationOrder.Kind(kind).label),
            (
                *(f"{row['name_before']} → {row['name_after']}" for row in rows),
                document,
                _("Reason: %(reason)s") % {"reason": rows[0]["reason"]},
            ),
        )
        for (on, document, kind), rows in by_order.items()
    ]
