"""A panel's points side by side: criteria as rows, reviewers as columns, only when all sheets are in."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Application
from ratings.scheme.spec import Area, Criterion
from ratings.scoring.methods import Scored
from ratings.scoring.totals import area_points, running_total
from reviews.models import FieldPhoto, Sheet
from reviews.models.review_levels import ReviewLevel
from reviews.panels.joint_points import Joint, join
from reviews.sheets.entries import entries_of
from reviews.sheets.photos import Photo, by_criterion
from reviews.sheets.scores import ScoreEntry, scored


@dataclass(frozen=True)
class PanelLine:
    """One criterion: each reviewer's points with the reason given, their photos, the panel's points, and whether the
    spread exceeds the tolerance."""

    criterion: Criterion
    cells: list[tuple[Scored, str]]
    photos: list[Photo]
    joint: Joint
    is_wide: bool

    @property
    def photo_heading(self) -> str:
        return _("%(criterion)s: photos from the spot") % {"criterion": f"{self.criterion.code} {self.criterion.name}"}


@dataclass(frozen=True)
class PanelBlock:
    area: Area
    points: Decimal
    lines: list[PanelLine]


class PanelPage:
    """``sheets`` always show who and how far; ``blocks`` exist only when no sheet is open."""

    def __init__(self, application: Application, review_level: ReviewLevel) -> None:
        self.application, self.review_level = application, review_level
        self.spec = application.scheme.spec

    @cached_property
    def sheets(self) -> list[Sheet]:
        sheets = Sheet.objects.filter(application=self.application, stage=self.review_level.stage)
        return list(sheets.select_related("reviewer").order_by("pk"))

    @cached_property
    def all_in(self) -> bool:
        states = [sheet.state for sheet in self.sheets]
        return Sheet.State.HANDED_IN in states and Sheet.State.OPEN not in states

    @property
    def reviewers(self) -> list[User]:
        return [sheet.reviewer for sheet in self._handed_in]

    @cached_property
    def _handed_in(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.state == Sheet.State.HANDED_IN] if self.all_in else []

    @cached_property
    def _entries(self) -> list[dict[str, ScoreEntry]]:
        by_sheet = entries_of([sheet.pk for sheet in self._handed_in])
        return [by_sheet[sheet.pk] for sheet in self._handed_in]

    @cached_property
    def _scores(self) -> list[dict[str, Scored]]:
        tags = self.application.tags
        return [scored(self.spec, tags, entries) for entries in self._entries]

    @cached_property
    def totals(self) -> list[Decimal]:
        """Each reviewer's own total."""
        return [running_total(self.spec, {code: of.points for code, of in scores.items()}) for scores in self._scores]

    @cached_property
    def joint(self) -> dict[str, Joint]:
        return join(self._scores) if self._scores else {}

    @cached_property
    def blocks(self) -> list[PanelBlock]:
        if not self._scores:
            return []
        points = {code: of.points for code, of in self.joint.items()}
        fitting = self.spec.fitting(self.application.tags)
        return [
            PanelBlock(area, area_points(area, points), [self._line(c) for c in fitting if c in area.criteria])
            for area in self.spec.areas
            if area.criteria
        ]

    def _line(self, criterion: Criterion) -> PanelLine:
        items = [question.item for question in criterion.questions]
        reasons = [
            next((entries[item].reason for item in items if entries[item].reason), "") for entries in self._entries
        ]
        joint = self.joint[criterion.code]
        wide = self.spec.tolerance is not None and joint.spread > self.spec.tolerance
        scores = [scores[criterion.code] for scores in self._scores]
        photos = self._photos[criterion.code]
        return PanelLine(criterion, list(zip(scores, reasons, strict=True)), photos, joint, wide)

    @cached_property
    def _photos(self) -> dict[str, list[Photo]]:
        photos = FieldPhoto.objects.filter(sheet__in=self._handed_in).order_by("sheet", "pk")
        return by_criterion(photos.values("pk", "criterion", name=F("file__name")))
