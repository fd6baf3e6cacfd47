"""Runs of the re-rating as one reader sees them: his own places' changes and counts (practice §6)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from ratings.models import RegisterRun, RegisterRunChange
from ratings.models.register_run import VIEW
from ratings.workflow.register_run import is_left_behind
from villages.models import Unit, below_any, prefixes

WHY = {
    "decision": pgettext_lazy("re-rated because", "a decision"),
    "event": pgettext_lazy("re-rated because", "an event"),
    "reversal": pgettext_lazy("re-rated because", "an event that no longer counts"),
    "proposal": pgettext_lazy("re-rated because", "a change that was confirmed"),
    "scheme": pgettext_lazy("re-rated because", "a scheme that was issued"),
    "day": pgettext_lazy("re-rated because", "a day on which something began or ended"),
    "order": pgettext_lazy("re-rated because", "a merger or split"),
}


def changes_seen(run: RegisterRun, user: Any) -> QuerySet[RegisterRunChange]:
    within = below_any(user.reach(VIEW), "unit_id")
    return run.changes.filter(within).select_related("unit").order_by("unit_id")


def kind_words(run: RegisterRun) -> str:
    if run.dry_run:
        return _("Dry run")
    if run.by_id:
        return _("Started by hand")
    return _("Weekly, all units") if run.full else _("Nightly, units that may have changed")


def who_words(run: RegisterRun) -> str:
    return run.by.get_full_name() if run.by else _("The system")


def place_words(run: RegisterRun) -> str:
    return run.place.name if run.place else _("The whole register")


def duration_words(run: RegisterRun) -> str:
    if not run.ended_at:
        return "—"
    minutes, seconds = divmod(round((run.ended_at - run.started_at).total_seconds()), 60)
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    return ngettext("%s second", "%s seconds", seconds) % seconds if seconds else _("under one second")


def why_words(run: RegisterRun, change: RegisterRunChange) -> str:
    if change.why:
        return _(", ").join(str(WHY[why]) for why in change.why)
    return _("nothing that is known: please report this") if run.findings else _("first run")


def state_of(run: RegisterRun) -> RegisterRun.State:
    """A run that was killed is interrupted at once, although only the next run records it."""
    return RegisterRun.State.INTERRUPTED if is_left_behind(run) else RegisterRun.State(run.state)


def explained(run: RegisterRun) -> RegisterRun:
    """``run`` with its words for a page, in the state it is in."""
    run.state = state_of(run)
    run.kind_words, run.who_words, run.place_words = kind_words(run), who_words(run), place_words(run)
    run.duration_words = duration_words(run)
    return run


def error_seen(run: RegisterRun, user: Any) -> str:
    """The technical message of a failed run: for those alone who reach all that it looked at."""
    if not run.error:
        return ""
    reach = user.reach(VIEW)
    if run.place_id:
        return run.error if any(run.place_id.startswith(code) for code in reach) else ""
    above = {code for held in reach for code in prefixes(held)}
    return "" if Unit.objects.exclude(below_any(reach)).exclude(code__in=above).exists() else run.error
