"""An application at each step from the empty form to the return, and who takes these steps."""

from datetime import timedelta

from django.utils import timezone

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application
from ratings.workflow import application as workflow
from tests.answers import fill
from tests.built_once import built_once
from tests.factories import (
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    UnitFactory,
    person,
)
from tests.ratings.conftest import SPRING


@built_once(at=SPRING)
def filler(db):
    return person(Role.FILLER, VILLAGE)


@built_once(at=SPRING)
def signer(db):
    return person(Role.SIGNER, VILLAGE)


@built_once(at=SPRING)
def office(db):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@built_once(at=SPRING)
def draft(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    return workflow.choose_star(application, 5, by=filler)


@built_once(at=SPRING)
def whole(draft, filler):
    fill(draft, filler)
    return draft


@built_once(at=SPRING)
def submitted(whole, signer, office):
    workflow.submit(whole, by=signer)
    return refreshed(whole)


@built_once(at=SPRING)
def accepted(submitted, office):
    workflow.accept(submitted, by=office)
    return refreshed(submitted)


@built_once(at=SPRING)
def returned(accepted, office):
    workflow.return_(accepted, {"1.2": "与民政的数不符"}, due=timezone.now() + timedelta(days=5), by=office)
    return refreshed(accepted)


def refreshed(application):
    return Application.objects.select_related("unit", "cycle__scheme").get(pk=application.pk)


def kinds_told(user):
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))
