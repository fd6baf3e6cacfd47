"""A village that fills in its application and submits it, and its township's office."""

from django.urls import reverse

from accounts.roles import Role
from ratings.models import Application
from ratings.workflow import application as workflow
from tests.answers import fill
from tests.built_once import built_once
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, CycleFactory, UnitFactory, person
from tests.ratings.conftest import SPRING


@built_once(at=SPRING)
def filler(db):
    UnitFactory(code="33"), UnitFactory(code="3306"), UnitFactory(code=COUNTY), UnitFactory(code=TOWNSHIP)
    return person(Role.FILLER, VILLAGE)


@built_once(at=SPRING)
def signer(filler):
    return person(Role.SIGNER, VILLAGE)


@built_once(at=SPRING)
def office(filler):
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP)


@built_once(at=SPRING)
def draft(filler):
    application = workflow.begin(UnitFactory(code=VILLAGE), CycleFactory(), by=filler)
    return workflow.choose_star(application, 5, by=filler)


@built_once(at=SPRING)
def submitted(draft, filler, signer):
    fill(draft, filler)
    workflow.submit(draft, by=signer)
    return Application.objects.get(pk=draft.pk)


def area_of(application, number=1):
    return reverse("application_area", args=[application.pk, number])


def as_(client, user):
    client.force_login(user)
    return client
