"""The next version of a scheme in the course of a year (formats §6): whom it moves, and the cycle that follows it.

Published results stay under the version that their decisions name. ``consequences`` says beforehand what ``follow``
does.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ratings import notices
from ratings.allowance.scheme_revision import revised
from ratings.models import Application, Cycle, Decision, Scheme
from ratings.scheme.reading import Reading
from ratings.scheme.spec import SchemeSpec
from ratings.signals import applications_reasked
from ratings.workflow import new_questions
from ratings.workflow.answers import add_up, reread
from ratings.workflow.computed_figures import keep_computed_figures
from ratings.workflow.cycle import store_allowances
from ratings.workflow.new_questions import fitting
from records import audit
from records.refusals import WrongState

State = Application.State


def consequences(scheme: Scheme, new: Reading | None = None) -> dict[str, Any]:
    """What issuing ``scheme`` (as ``new`` reads, where it is still being written) does to its year's open cycle, as a
    page shows it; empty when there is none.

    ``moved``: units whose own answers come to another total or star (unit, name, before, after; None where no single
    variant fits); ``starred``: how many of them come to another star, as the what-if counts on the same answers;
    ``asked``: how many applications are asked otherwise, by state; ``waiting``: decisions that have to be released or
    taken back first.
    """
    cycle = None if scheme.programme_id else _cycle(scheme)
    if cycle is None:
        return {}
    new = new or Reading(scheme.body, scheme.spec)
    changes = revised(new, cycle.scheme, timezone.localdate())
    names = dict(cycle.applications.values_list("unit", "unit__name"))
    asked: dict[str, int] = {}
    for application in _asked_otherwise(_followers(cycle), cycle.scheme.spec, new.spec):
        asked[application.state] = asked.get(application.state, 0) + 1
    return {
        "cycle": cycle.pk,
        "version": cycle.scheme.version,
        "moved": [[one.unit, names[one.unit], one.before, one.after] for one in changes],
        "starred": sum(one.moves_star for one in changes),
        "asked": asked,
        "asked_in_all": sum(asked.values()),
        "waiting": _waiting(cycle).count(),
    }


def waiting_words(n: int) -> str:
    """What has to be done first while ``n`` decisions are ``waiting``."""
    return _("%s decisions wait for their release. Please release them or take them back first.") % n


def follow(scheme: Scheme, *, by: Any) -> None:
    """Let the year's open cycle go on under ``scheme``: answers that fit are kept, new questions asked, people told.

    Raises ``WrongState`` while decisions of the earlier version wait for their release.
    """
    cycle = _cycle(scheme, lock=True)
    if cycle is None:
        return
    if n := _waiting(cycle).count():
        raise WrongState(waiting_words(n))
    old, moved = cycle.scheme, {one.unit for one in revised(Reading(scheme.body, scheme.spec), cycle.scheme, _today())}
    cycle.scheme = scheme
    with audit.acting(by, "issue_scheme"):
        cycle.save(update_fields=["scheme"])
    followers = list(_followers(cycle).select_for_update(of=("self",)))
    for application in followers:
        application.cycle = cycle
    asked = _asked_otherwise(followers, old.spec, scheme.spec)
    _judge_anew(followers)
    if reviewed := [one.pk for one in asked if one.state in State.IN_REVIEW]:
        applications_reasked.send(sender=Application, applications=reviewed)
    new_questions.ask(new_questions.unanswered(asked, old.spec), version=scheme.version, by=by)
    store_allowances(cycle, _today())
    concerned = {one.pk: one for one in [*asked, *(one for one in followers if one.unit_id in moved)]}
    for tell in (notices.tell_village, notices.tell_township):
        tell(concerned.values(), "scheme_amended", year=scheme.year, version=scheme.version)


def _cycle(scheme: Scheme, *, lock: bool = False) -> Cycle | None:
    """The open cycle of the scheme's year that goes by another version."""
    there = Cycle.objects.filter(
        unit=scheme.unit_id, year=scheme.year, scheme__rates=scheme.rates, state=Cycle.State.OPEN
    ).exclude(scheme=scheme)
    rows = there.select_related("scheme", "unit")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _followers(cycle: Cycle) -> QuerySet[Application]:
    """The applications whose result is not out."""
    return cycle.applications.exclude(state__in=State.RESULT_OUT).select_related("unit").order_by("pk")


def _waiting(cycle: Cycle) -> QuerySet[Decision]:
    return cycle.decisions.filter(state=Decision.State.DECIDED)


def _asked_otherwise(rows: Collection[Application], old: SchemeSpec, new: SchemeSpec) -> list[Application]:
    return [one for one in rows if fitting(old, one.tags) != fitting(new, one.tags)]


def _judge_anew(rows: Sequence[Application]) -> None:
    """The answers as the new version takes them, and what they come to where they were added up before."""
    reread(rows)
    keep_computed_figures(rows)
    add_up(one for one in rows if one.self_total is not None and fitting(one.scheme.spec, one.tags) is not None)


def _today() -> Any:
    return timezone.localdate()
