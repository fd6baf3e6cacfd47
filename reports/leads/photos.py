"""The same or nearly the same photo for several villages, or for one village in several years."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from improvements.models import ProgressFile
from ratings.models import Application, Evidence
from records.models import NearPicture
from reports.leads.found import Found, Scope
from reports.leads.models import LeadRule
from reviews.models import FieldPhoto, Sheet
from villages.models import COUNTY_LENGTH, below, county_of

EVIDENCE, SPOT, PROGRESS = "evidence", "spot", "progress"
YEARS = 5


@dataclass(frozen=True)
class Use:
    """A photo where it was used; ``subject``: the id of the application or plan whose page shows it."""

    sha256: str
    unit: str
    name: str
    year: int
    source: str
    file: str
    subject: int

    @property
    def row(self) -> dict[str, Any]:
        page = "plan" if self.source == PROGRESS else "application"
        return {
            "unit": self.unit,
            "name": self.name,
            "year": self.year,
            "source": self.source,
            "file": self.file,
            "url": reverse(page, args=[self.subject]),
        }


def photos(scope: Scope, now: datetime) -> Iterator[Found]:
    """In a county: what is alike within it. In a city: only what is alike across its counties."""
    uses = list(_uses(scope, timezone.localdate(now).year - YEARS))
    by_photo: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        by_photo[use.sha256].append(use)
    for alike in _alike(set(by_photo), scope.limits["photo_bits"]):
        found = [use for sha256 in sorted(alike) for use in by_photo[sha256]]
        places = {(use.unit, use.year if use.source == EVIDENCE else 0) for use in found}
        counties = {county_of(use.unit) for use in found}
        across = len(scope.code) >= COUNTY_LENGTH or len(counties) > 1
        if across and _telling(found) and len(places) >= scope.limits["photo_uses"]:
            units = frozenset(use.unit for use in found)
            measured = {"units": len(units), "photos": len(alike)}
            unit = next(iter(units)) if len(units) == 1 else None
            yield Found(
                LeadRule.PHOTO, min(alike), units, [use.row for use in found], measured, unit=unit, cases=len(places)
            )


def _telling(found: list[Use]) -> bool:
    """Photos of the progress of one village's plan may repeat its evidence; two villages may share nothing."""
    evidence = {use.year for use in found if use.source == EVIDENCE}
    return len({use.unit for use in found}) > 1 or len(evidence) > 1


def _alike(photos_used: set[str], most: int) -> Iterator[set[str]]:
    """Sets of photos connected by nearness; a single photo is one."""
    leader = {sha256: sha256 for sha256 in photos_used}

    def first_of(sha256: str) -> str:
        while leader[sha256] != sha256:
            leader[sha256] = sha256 = leader[leader[sha256]]
        return sha256

    wanted = sorted(photos_used)
    near = NearPicture.objects.filter(Q(first__in=wanted) & Q(second__in=wanted), bits__lte=most)
    for first, second in near.values_list("first", "second").order_by("first", "second"):
        leader[max(first_of(first), first_of(second))] = min(first_of(first), first_of(second))
    sets: dict[str, set[str]] = defaultdict(set)
    for sha256 in wanted:
        sets[first_of(sha256)].add(sha256)
    yield from sets.values()


def _uses(scope: Scope, since: int) -> Iterator[Use]:
    evidence = Evidence.objects.filter(application__submitted_at__isnull=False, application__cycle__year__gte=since)
    yield from _of(scope, evidence, EVIDENCE, "application__unit", "application__cycle__year", "application_id")
    spot = FieldPhoto.objects.filter(
        sheet__state=Sheet.State.HANDED_IN,
        sheet__application__state__in=Application.State.STAR_PUBLISHED,
        sheet__application__cycle__year__gte=since,
    )
    year = "sheet__application__cycle__year"
    yield from _of(scope, spot, SPOT, "sheet__application__unit", year, "sheet__application_id")
    progress = ProgressFile.objects.filter(progress__plan__year__gte=since)
    yield from _of(scope, progress, PROGRESS, "progress__plan__unit", "progress__plan__year", "progress__plan_id")


def _of(scope: Scope, rows: QuerySet[Any], source: str, unit: str, year: str, subject: str) -> Iterator[Use]:
    pictures = rows.filter(below(scope.code, f"{unit}_id"), file__kind__startswith="image/")
    columns = ("file__sha256", f"{unit}_id", f"{unit}__name", year)
    for sha256, code, name, on, file, pk in pictures.order_by("pk").values_list(*columns, "file__name", subject):
        yield Use(sha256, code, name, on, source, file, pk)
