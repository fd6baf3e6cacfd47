"""Requesting an annual report, creating it in the background, downloading it (architecture §7); setting the thresholds
of warnings; moving the tiles of a map."""

import logging
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.authority import reached
from accounts.models import User
from notifications.workflow import announce
from ratings.signals import matters_changed
from records.audit import acting
from records.files import store
from records.known import known
from records.models import StoredFile
from records.outage import database_is_away
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from records.tasks import enqueue
from reports.annual import workbook
from reports.models import ReportRequest, TilePosition, WarningThreshold
from reports.thresholds import ALWAYS_ON, RULES, THRESHOLDS
from villages.models import Level, Unit

State = ReportRequest.State
VIEW_REPORT = "reports.view_report"
YEARS = range(2000, 2100)
SETTING_LEVELS = (Level.CITY, Level.COUNTY, Level.ZONE)
logger = logging.getLogger(__name__)


def reports_of(user: User) -> QuerySet[ReportRequest]:
    """The reports that ``user`` requested and may still see."""
    return reached(user, VIEW_REPORT, ReportRequest.objects.filter(by=user)).select_related("unit", "file", "words")


@transaction.atomic
def ask(unit: Unit, year: int, *, by: User) -> ReportRequest:
    """Request the report of ``unit`` for ``year``; one that ``by`` is already waiting for is not requested twice.

    Raises ``NotAllowed``, or ``Incomplete`` for an invalid year.
    """
    if not by.has_perm(VIEW_REPORT, unit):
        raise NotAllowed
    if year not in YEARS:
        raise Incomplete(_("This is not a valid year."), {"year": _("This is not a valid year.")})
    User.objects.select_for_update().get(pk=by.pk)
    waiting: ReportRequest | None = ReportRequest.objects.filter(unit=unit, year=year, by=by).asked_already()
    if waiting:
        return waiting
    request = ReportRequest.objects.create(unit=unit, year=year, by=by)
    enqueue(request)
    return request


def make(pk: int) -> None:
    """Write the workbook and the written report of a request and mark it ready or failed, with the reason.

    Idempotent.
    """
    request = ReportRequest.objects.select_related("unit", "by").take(pk)
    if request is None:
        return
    with acting(request.by, "make_report"):
        try:
            with request.kept_alive():
                files = _written(request)
        except Exception as failure:
            if database_is_away(failure):
                raise  # ``jobs.make_forgotten`` starts it again
            logger.exception("report %s failed", pk)
            _end(request, State.FAILED, error=f"{type(failure).__name__}: {failure}")
        else:
            _end(request, State.READY, **files, progress=100)


def _written(request: ReportRequest) -> dict[str, StoredFile]:
    of = f"{request.unit.name}{request.year}年度评星晋级"
    with TemporaryDirectory() as folder, translation.override(settings.LANGUAGE_CODE):
        book, words = Path(folder) / "report.xlsx", Path(folder) / "report.docx"
        workbook.write(request.unit, request.year, book, request.come_to, reader=request.by, words=words)
        with transaction.atomic():
            return {
                "file": _stored(book, f"{of}报告.xlsx", request.by),
                "words": _stored(words, f"{of}工作报告.docx", request.by),
            }


def _stored(path: Path, name: str, by: User) -> StoredFile:
    with path.open("rb") as file:
        return store(File(file, name=name), by=by)


@transaction.atomic
def _end(request: ReportRequest, state: str, **changes: object) -> None:
    if request.end(state, **changes):
        announce(
            [request.by_id],
            f"report_{state}",
            link=request.get_absolute_url(),
            unit_code=request.unit_id,
            unit=request.unit.name,
            year=request.year,
        )


def fetch(request: ReportRequest, *, by: User, words: bool = False) -> StoredFile:
    """The workbook, or the written report, for the person who requested it and may still see the unit.

    Raises ``NotAllowed``, ``WrongState``.
    """
    if request.by_id != by.pk or not by.has_perm(VIEW_REPORT, request):
        raise NotAllowed
    if request.state != State.READY:
        raise WrongState(_("This report is not ready."))
    if words and request.words is None:
        raise WrongState(_("This report was made without a written one; please ask for it again."))
    saw(request)
    return known(request.words if words else request.file)


def saw(request: ReportRequest) -> None:
    """The person has seen the result: it leaves the to-do list."""
    ReportRequest.objects.filter(pk=request.pk, seen_at=None).update(seen_at=timezone.now())


def own_thresholds(unit: Unit) -> dict[str, dict[str, Any]]:
    """What ``unit`` itself has set, by rule: ``value`` and ``active``."""
    rows = WarningThreshold.objects.filter(unit=unit).order_by("rule")
    return {one.rule: {"rule": one.rule, "value": one.value, "active": one.active} for one in rows}


def set_thresholds(
    unit: Unit,
    values: Mapping[str, int | None],
    active: Mapping[str, bool | None] = MappingProxyType({}),
    *,
    by: User,
    expected: Any = None,
) -> Unit:
    """Set what ``unit`` wants of each rule in ``values`` and ``active``; None: what the level above says.

    Raises ``NotAllowed``, ``Incomplete`` for what is out of bounds, ``Outdated``.
    """
    if not by.has_perm(WarningThreshold.SET, unit) or unit.level not in SETTING_LEVELS:
        raise NotAllowed
    problems = {
        rule: _("From %(least)s to %(most)s.") % {"least": spec.least, "most": spec.most}
        for rule, spec in THRESHOLDS.items()
        if (value := values.get(rule)) is not None and not spec.least <= value <= spec.most
    }
    if problems:
        raise Incomplete(_("This value is out of bounds."), problems)
    if any(active.get(rule) is False for rule in ALWAYS_ON):
        raise Incomplete(_("This rule cannot be switched off."))
    with transaction.atomic(), acting(by, "set_thresholds"):
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        before = own_thresholds(unit)
        require_unchanged(expected, before)
        for rule in RULES:
            was = before.get(rule, {})
            value, on = values.get(rule, was.get("value")), active.get(rule, was.get("active"))
            if (value, on) != (was.get("value"), was.get("active")):
                _set_threshold(unit, rule, value, on, by)
        matters_changed.send(sender=WarningThreshold, units=[unit.code])
    return unit


def _set_threshold(unit: Unit, rule: str, value: int | None, active: bool | None, by: User) -> None:
    if value is None and active is None:
        WarningThreshold.objects.filter(unit=unit, rule=rule).delete()
        return
    given = {"value": value, "active": active, "set_by": by, "set_at": timezone.now()}
    WarningThreshold.objects.update_or_create(unit=unit, rule=rule, defaults=given)


def tiles_of(unit: Unit) -> dict[str, tuple[int, int]]:
    """Row and column of each place directly below ``unit`` that an office has put on the map."""
    placed = TilePosition.objects.filter(unit__in=unit.children()).order_by("unit")
    return {code: (row, column) for code, row, column in placed.values_list("unit", "row", "column")}


def place_tiles(unit: Unit, tiles: dict[str, tuple[int, int]], *, by: User, expected: Any = None) -> Unit:
    """Put the places directly below ``unit`` (codes) on the map, each at its row and column.

    Raises ``NotAllowed``, ``Incomplete`` for a position off the map or taken twice, ``Outdated``.
    """
    places = set(unit.children().values_list("code", flat=True))
    if not by.has_perm(WarningThreshold.SET, unit) or unit.level not in SETTING_LEVELS or not tiles.keys() <= places:
        raise NotAllowed
    taken: dict[tuple[int, int], str] = {}
    problems = {}
    for code, position in tiles.items():
        if not all(1 <= part <= TilePosition.MOST for part in position):
            problems[f"row_{code}"] = _("From %(least)s to %(most)s.") % {"least": 1, "most": TilePosition.MOST}
        elif position in taken:
            problems[f"row_{code}"] = _("Another place lies there already.")
        taken.setdefault(position, code)
    if problems:
        raise Incomplete(_("Each place needs a position of its own on the map."), problems)
    with transaction.atomic(), acting(by, "place_tiles"):
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        before = tiles_of(unit)
        require_unchanged(expected, {code: list(position) for code, position in before.items()})
        for code, (row, column) in tiles.items():
            if before.get(code) != (row, column):
                given = {"row": row, "column": column, "placed_by": by, "placed_at": timezone.now()}
                TilePosition.objects.update_or_create(unit_id=code, defaults=given)
    return unit
