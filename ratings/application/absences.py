"""The documents that a unit does not have this year (本年没有…), as pages read them: joined to what they belong to."""

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
    """The absences of an application, as a subquery in a query that has its key in this column."""
    rows = Absence.objects.filter(application=OuterRef(application)).order_by("pk")
    return ArraySubquery(rows.values(said=JSONObject(criterion="criterion", name="name", reason="reason")))


def absences_of(application: Application) -> list[Said]:
    """The absences of the application, whether they were prefetched (``said_absent``) or not."""
    if hasattr(application, "said_absent"):
        return application.said_absent
    return list(application.absences.order_by("pk").values("criterion", "name", "reason"))
