"""Who is notified of a step of an application or of a star that changed, and in which words.

A change by an event, or its end, names rule and event (practice §4). A star that a decision brought is announced by the
step that confirms it, and a change of the past is not announced.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.impartial import tell_where_nobody_may
from accounts.models import Appointment
from accounts.role_holders import ever_held, holders, unit_and_offices
from accounts.roles import RATED_POSTS, Role
from notifications.kinds import Group, Kind
from notifications.models import Notice
from notifications.workflow import announce, announce_all
from ratings.cycle.closing_consequences import Concerned
from ratings.models import Application, Cycle, Scheme, Stage
from ratings.models.cycle import CycleStep
from ratings.register.rerating import Cause, causes
from ratings.register.star_changes import Moved, StarChanges
from records.deadlines import deadline
from villages.models import Unit, below_any, county_of, prefixes, township_of

VILLAGE = RATED_POSTS
TOWNSHIP = (Role.TOWNSHIP_OFFICE,)
WORKS_IN = {
    CycleStep.APPLY: (*VILLAGE, *TOWNSHIP),
    CycleStep.TOWNSHIP_REVIEW: (*TOWNSHIP, Role.TOWNSHIP_REVIEWER, Role.TOWNSHIP_LEADER),
    CycleStep.COUNTY_REVIEW: (Role.COUNTY_OFFICE, Role.COUNTY_REVIEWER),
}
"""Who is to know when a step has more time."""
OFFICES_CONCERNED = (Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER)
"""Who is to know, beside the unit's own people, when an event moves a star."""
TO_SETTLE = _("%(unit)s: settle what follows from “%(event)s” of %(on)s")
"""What a proposal's follow-up asks for."""
TO_RECTIFY = _("%(unit)s: rectify what “%(event)s” of %(on)s brought up")
"""What the follow-up of an event's rectification asks for."""
TO_CORRECT = _("%(unit)s: correct what was returned in the application for %(year)s")
"""What the follow-up of a return asks for."""
KINDS = {
    "scheme_issued": Kind(
        _("The scheme “%(name)s” of %(year)s is issued. Please read what counts this year"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s scheme was issued", "%(count)s schemes were issued", "count"),
    ),
    "cycle_opened": Kind(
        _("The rating of %(year)s is open: apply until %(until)s"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s rating is open for applications", "%(count)s ratings are open for applications", "count"
        ),
        until="until",
    ),
    "scoring_closed": Kind(_("Scoring of %(year)s is closed; the ranks are known"), Group.APPLICATION, outside=None),
    "cycle_closed": Kind(
        _("The rating of %(year)s is closed"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s rating is closed", "%(count)s ratings are closed", "count"),
    ),
    "closing_reversed": Kind(
        _("The closing of the rating of %(year)s was taken back: %(reason)s"), Group.APPLICATION, outside=None
    ),
    "left_without_star": Kind(
        _("%(unit)s: the rating of %(year)s is closed; no star: %(reason)s"), Group.STAR, outside=None
    ),
    "star_ended_by_closing": Kind(
        _("%(unit)s: the rating of %(year)s is closed; your %(before)s stars have ended: %(reason)s. You may appeal"),
        Group.STAR,
        outside=None,
    ),
    "no_star_taken_back": Kind(
        _("%(unit)s: the closing of %(year)s and its “no star” were taken back: %(taken_back)s"),
        Group.STAR,
        outside=None,
    ),
    "star_given_back": Kind(
        _("%(unit)s: the closing of %(year)s was taken back, you hold %(after)s stars as before: %(taken_back)s"),
        Group.STAR,
        outside=None,
    ),
    "application_submitted": Kind(
        _("%(unit)s has submitted its application for %(star)s stars"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s application was submitted", "%(count)s applications were submitted", "count"),
    ),
    "application_withdrawn": Kind(
        _("%(unit)s has withdrawn its application: %(reason)s"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s application was withdrawn", "%(count)s applications were withdrawn", "count"),
    ),
    "submission_undone": Kind(
        _("%(unit)s: the application has been given back, not reviewed: %(reason)s"),
        Group.APPLICATION,
        outside=None,
    ),
    "application_accepted": Kind(
        _("%(unit)s: the application has been accepted and is reviewed"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s application was accepted for review", "%(count)s applications were accepted for review", "count"
        ),
    ),
    "application_returned": Kind(
        _("%(unit)s: please correct %(count)s questions until %(until)s"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s application is to be corrected", "%(count)s applications are to be corrected", "count"
        ),
        until="until",
    ),
    "application_resubmitted": Kind(
        _("%(unit)s has corrected what was returned"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s returned application was corrected", "%(count)s returned applications were corrected", "count"
        ),
    ),
    "application_resumed": Kind(
        _("%(unit)s: the time for correcting is over, the review goes on without changes"),
        Group.APPLICATION,
        outside=None,
    ),
    "application_filled_on_behalf": Kind(
        _("%(unit)s: the township office fills in the application for you"), Group.APPLICATION, outside=None
    ),
    "applying_reopened": Kind(
        _("%(unit)s: you may still apply for %(year)s until %(until)s: %(reason)s"), Group.APPLICATION, outside=None
    ),
    "time_extended": Kind(
        _("%(unit)s: “%(step)s” goes on until %(until)s: %(reason)s"),
        Group.APPLICATION,
        outside=ngettext_lazy("%(count)s time limit was extended", "%(count)s time limits were extended", "count"),
        until="until",
    ),
    "application_reasked": Kind(
        _("%(unit)s: its tags are %(tags)s now, and the form asks accordingly. Please look again"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s application form has changed: please look again",
            "%(count)s application forms have changed: please look again",
            "count",
        ),
    ),
    "year_not_begun": Kind(
        _("%(unit)s: the rating of %(year)s has not been opened yet"),
        Group.DUE,
        outside=ngettext_lazy(
            "%(count)s rating has not been opened yet", "%(count)s ratings have not been opened yet", "count"
        ),
    ),
    "scheme_amended": Kind(
        _(
            "%(unit)s: version %(version)s of the scheme of %(year)s is in force, and the form asks accordingly. "
            "Please look again"
        ),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s application form has changed: please look again",
            "%(count)s application forms have changed: please look again",
            "count",
        ),
    ),
    "figures_supplied": Kind(
        _("%(unit)s: %(department)s has filled in %(count)s figures; you need not"), Group.APPLICATION, outside=None
    ),
    "star_revoke": Kind(
        _("%(unit)s: star (%(before)s) revoked because of “%(event)s” of %(on)s. You may appeal."),
        Group.STAR,
        outside=None,
    ),
    "star_suspend": Kind(
        _("%(unit)s: star (%(before)s) suspended because of “%(event)s” of %(on)s. You may appeal."),
        Group.STAR,
        outside=None,
    ),
    "star_cap": Kind(
        _("%(unit)s: stars %(before)s → %(after)s; “%(event)s” of %(on)s allows %(n)s. You may appeal."),
        Group.STAR,
        outside=None,
    ),
    "star_lower": Kind(
        _("%(unit)s: stars %(before)s → %(after)s; “%(event)s” of %(on)s takes %(n)s. You may appeal."),
        Group.STAR,
        outside=None,
    ),
    "star_restored": Kind(
        _("%(unit)s: stars %(before)s → %(after)s, because an event no longer counts."), Group.STAR, outside=None
    ),
    "event_recorded": Kind(_("%(unit)s: “%(event)s” of %(on)s was recorded."), Group.STAR, outside=None),
    "event_reversed": Kind(
        _("%(unit)s: “%(event)s” of %(on)s no longer counts: the appeal was upheld."), Group.STAR, outside=None
    ),
    "event_closed": Kind(_("%(unit)s: “%(event)s” of %(on)s was closed as rectified."), Group.STAR, outside=None),
    "proposal_opened": Kind(
        _("%(unit)s: please settle what follows from “%(event)s” of %(on)s."), Group.STAR, outside=None
    ),
    "proposal_declined": Kind(
        _("%(unit)s: a consequence of “%(event)s” of %(on)s was declined."), Group.STAR, outside=None
    ),
    "proposal_refused": Kind(
        _("%(unit)s: %(by)s declined a consequence of “%(event)s” of %(on)s: %(reason)s"), Group.STAR, outside=None
    ),
    "proposal_lapsed": Kind(
        _("%(unit)s: what was proposed for “%(event)s” of %(on)s has lapsed: %(reason)s"), Group.STAR, outside=None
    ),
    "units_merged": Kind(_("%(before)s now belongs to %(after)s (%(document)s)"), Group.ACCOUNT, outside=None),
    "unit_split": Kind(
        _("%(before)s has been split; %(after)s takes over what is open (%(document)s)"), Group.ACCOUNT, outside=None
    ),
}


def tell_village(applications: Iterable[Application], kind: str, **params: str | int) -> None:
    """Fillers and signers of each application's unit, and people who filled it in on the village's behalf."""
    applications = list(applications)
    people = holders(VILLAGE, {application.unit_id for application in applications})
    _tell(applications, {a.pk: {*people.get(a.unit_id, ()), *_on_behalf(a)} for a in applications}, kind, params)


def tell_unit(unit: Unit, kind: str, **params: str | int) -> None:
    """Fillers and signers of a unit that may have no application yet."""
    people = holders(VILLAGE, [unit.code]).get(unit.code, [])
    announce(people, kind, link=reverse("apply"), unit_code=unit.code, unit=unit.name, **params)


def tell_township(applications: Iterable[Application], kind: str, **params: str | int) -> None:
    """The office above each application's unit: the township's, of a township the county's; nobody who is of the unit,
    whom it does not concern there."""
    applications = list(applications)
    above = {
        a.pk: county_of(a.unit_id) if a.first_stage == Stage.COUNTY else township_of(a.unit_id) for a in applications
    }
    people = holders((*TOWNSHIP, Role.COUNTY_OFFICE), set(above.values()))
    own = ever_held({application.unit_id for application in applications})
    to = {a.pk: set(people.get(above[a.pk], ())) - own.get(a.unit_id, set()) for a in applications}
    _tell(applications, to, kind, params)


def tell_where_nobody_accepts(applications: Iterable[Application]) -> None:
    """Who appoints at the office above, where all of it hold or held a post in the unit."""
    by_office: dict[Role, dict[str, str]] = {}
    for one in applications:
        by_county = one.first_stage == Stage.COUNTY
        office, place = (Role.COUNTY_OFFICE, county_of) if by_county else (Role.TOWNSHIP_OFFICE, township_of)
        by_office.setdefault(office, {})[one.unit_id] = place(one.unit_id)
    for office, above in by_office.items():
        tell_where_nobody_may(office, above)


def tell_reviewing(cycle: Cycle, step: str, closes: datetime, reason: str, unit: Unit | None = None) -> None:
    """Who works in ``step`` of ``cycle`` for ``unit``, or anywhere in it: those who hold its roles there and above, at
    the level that the cycle rates."""
    places = [unit.code] if unit else cycle.places
    unit = unit or cycle.unit
    today = Appointment.objects.on(timezone.localdate()).for_rating_of(cycle.scheme.rates)
    people = today.filter(Q(unit__in=prefixes(unit.code)) | below_any(places, "unit_id"), role__in=WORKS_IN[step])
    params = {"step": str(CycleStep(step).label), "until": deadline(closes), "reason": reason}
    announce(
        people.values_list("user_id", flat=True),
        "time_extended",
        link="/",
        unit_code=unit.code,
        unit=unit.name,
        **params,
    )


def tell_all(cycle: Cycle, user_ids: Iterable[int], kind: str, **params: str | int) -> None:
    """People of the county, about the whole cycle; the link leads to the home page with the next step."""
    announce_all(
        Notice(user_id=user_id, kind=kind, params={"year": cycle.year} | params, link="/", unit_code=cycle.unit_id)
        for user_id in sorted(set(user_ids))
    )


def tell_of_scheme(scheme: Scheme, user_ids: Iterable[int]) -> None:
    """Those who are rated or rate by it; the link leads to its page."""
    params = {"name": scheme.name, "year": scheme.year}
    link = reverse("scheme", args=[scheme.pk])
    announce_all(
        Notice(user_id=user_id, kind="scheme_issued", params=params, link=link, unit_code=scheme.unit_id)
        for user_id in sorted(set(user_ids))
    )


def tell_left_out(cycle: Cycle, concerned: Iterable[Concerned], *, taken_back: str = "") -> None:
    """Fillers and signers of each unit that a closing left without a star; ``taken_back``: why it was reversed."""
    concerned = list(concerned)
    people = holders(VILLAGE, {one.unit for one in concerned})
    announce_all(
        Notice(
            user_id=user_id,
            kind=_left_out_kind(one, taken_back),
            params={
                "year": cycle.year,
                "unit": one.name,
                "before": one.before,
                "after": one.after,
                "reason": one.reason,
                "taken_back": taken_back,
            },
            link=reverse("register_unit", args=[one.unit]),
            unit_code=one.unit,
        )
        for one in concerned
        for user_id in sorted(people.get(one.unit, ()))
    )


def _left_out_kind(one: Concerned, taken_back: str) -> str:
    if taken_back:
        return "star_given_back" if one.after else "no_star_taken_back"
    return "star_ended_by_closing" if one.before else "left_without_star"


def tell_of_stars(sender: Any, changes: StarChanges, **kwargs: Any) -> None:
    """Receives ``stars_changed``: notify each unit and its township of its new star, and why."""
    if moved := changes.moved_by_events():
        announce_all(_star_notices(moved, changes))


def _star_notices(moved: list[Moved], changes: StarChanges) -> Iterator[Notice]:
    units = Unit.objects.in_bulk([one.unit for one in moved])
    people = unit_and_offices(OFFICES_CONCERNED, units.values())
    heaviest: dict[str, Cause] = {}
    for cause in causes(list(units), changes.day):
        heaviest.setdefault(cause.unit, cause)
    for one in moved:
        unit = units[one.unit]
        kind, params = _star_notice(one, heaviest.get(one.unit))
        for user_id in sorted(people[unit.code]):
            yield Notice(
                user_id=user_id,
                kind=kind,
                params=params | {"unit": unit.name, "before": one.before, "after": one.after},
                link=reverse("register_unit", args=[unit.code]),
                unit_code=unit.code,
            )


def _star_notice(one: Moved, cause: Cause | None) -> tuple[str, dict[str, str | int | None]]:
    if cause is None or one.after > one.before:
        return "star_restored", {}
    return f"star_{cause.does}", {"event": cause.name, "on": str(cause.on), "n": cause.n}


def _on_behalf(application: Application) -> set[int]:
    return {application.filled_by_id} if application.on_behalf and application.filled_by_id else set()


def _tell(
    applications: list[Application], to: Mapping[int, set[int]], kind: str, params: Mapping[str, str | int]
) -> None:
    announce_all(
        Notice(
            user_id=user_id,
            kind=kind,
            params={"unit": application.unit.name, "star": application.applied_star or 0, **params},
            link=reverse("application", args=[application.pk]),
            unit_code=application.unit_id,
        )
        for application in applications
        for user_id in sorted(to[application.pk])
    )
