"""Who is told of a step of an application, and in which words."""

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.people import holders
from accounts.roles import Role
from notifications import kinds
from notifications.models import Notice
from notifications.workflow import announce, announce_all
from ratings.models import Application, Cycle
from villages.models import Unit, prefixes

VILLAGE = (Role.FILLER, Role.SIGNER)
TOWNSHIP = (Role.TOWNSHIP_OFFICE,)


def register_kinds() -> None:
    kinds.register(
        cycle_opened=_("The rating of %(year)s is open: apply until %(until)s"),
        scoring_closed=_("Scoring of %(year)s is closed; the ranks are known"),
        cycle_closed=_("The rating of %(year)s is closed"),
        application_submitted=_("%(unit)s has submitted its application for %(star)s stars"),
        application_withdrawn=_("%(unit)s has withdrawn its application: %(reason)s"),
        application_accepted=_("%(unit)s: the township has accepted the application and reviews it"),
        application_returned=_("%(unit)s: please correct %(count)s questions until %(until)s"),
        application_resubmitted=_("%(unit)s has corrected what was returned"),
        application_resumed=_("%(unit)s: the time for correcting is over, the review goes on without changes"),
        application_filled_on_behalf=_("%(unit)s: the township office fills in the application for you"),
        applying_reopened=_("%(unit)s: you may still apply for %(year)s until %(until)s: %(reason)s"),
        figures_supplied=_("%(unit)s: %(department)s has filled in %(count)s figures; you need not"),
    )


def tell_village(applications: Iterable[Application], kind: str, **params: str | int) -> None:
    """Fillers and signers of each application's unit, and whoever filled it in on the village's behalf."""
    applications = list(applications)
    people = holders(VILLAGE, {application.unit_id for application in applications})
    _tell(applications, {a.pk: {*people.get(a.unit_id, ()), *_on_behalf(a)} for a in applications}, kind, params)


def tell_unit(unit: Unit, kind: str, **params: str | int) -> None:
    """Fillers and signers of a unit that may have no application yet."""
    people = holders(VILLAGE, [unit.code]).get(unit.code, [])
    announce(people, kind, link=reverse("apply"), unit_code=unit.code, unit=unit.name, **params)


def tell_township(applications: Iterable[Application], kind: str, **params: str | int) -> None:
    """The township office above each application's unit."""
    applications = list(applications)
    people = holders(TOWNSHIP, {code for a in applications for code in prefixes(a.unit_id)})
    to = {a.pk: {user for code in prefixes(a.unit_id) for user in people.get(code, ())} for a in applications}
    _tell(applications, to, kind, params)


def tell_all(cycle: Cycle, user_ids: Iterable[int], kind: str, **params: str | int) -> None:
    """People of the county about the whole cycle; the link leads home, where the next step stands."""
    announce_all(
        Notice(user_id=user_id, kind=kind, params={"year": cycle.year} | params, link="/", unit_code=cycle.unit_id)
        for user_id in sorted(set(user_ids))
    )


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
