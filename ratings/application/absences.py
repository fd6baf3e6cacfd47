"""The documents that a unit does not have this year (本年没有…), as pages read them: along with what they belong to."""

from typing import TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from ratings.models import Absence, Application


class Said(TypedDict):
    criterion: str
    name: str
    reason: str


def absences(application: str) -> ArraySubquery:
    """What an application said, within a larger statement in which its key stands at this place."""
    rows = Absence.objects.filter(application=OuterRef(application)).order_by("pk")
    return ArraySubquery(rows.values(said=JSONObject(criterion="criterion", name="name", reason="reason")))


def absences_of(application: Application) -> list[Said]:
    """What the application said, whether it was read along with it (``said_absent``) or not."""
    if hasattr(application, "said_absent"):
        return application.said_absent
    return list(application.absences.order_by("pk").values("criterion", "name", "reason"))
