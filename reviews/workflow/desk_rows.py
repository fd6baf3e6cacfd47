"""The rows of the decision desk: the options for each application, and the choices of its leader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from ratings.allowance.shortfall import Minimum, margin, minimums
from ratings.models import Application, Points, Scheme, Stage, StarPeriod
from ratings.scheme.spec import SchemeSpec
from records.numbers import keys
from reviews.conflicts_of_interest import WORDS, with_deciding_conflict
from reviews.decisions.ceiling import Ceiling, ceilings
from reviews.models import Settlement
from reviews.models.review_levels import ReviewLevel
from reviews.workflow.decisions import may_recommend, options
from villages.models import below_any

RECOMMEND, REJECT, SEND_BACK = "recommend", "reject", "send_back"


class DeskCells(NamedTuple):
    """What stands in a row before anything is typed; points as texts."""

    pk: int
    unit_name: str
    applied_star: int
    township_star: int | None
    last_star: int | None
    total: str
    reached: int | None
    margin: str
    widest: str
    minimums: tuple[tuple[str, str], ...]
    vetoes: tuple[str, ...]
    cap: int | None
    star: int


@dataclass
class DeskRow:
    """One application on the desk, with its ``conflict`` and whether it is ``unsettled``. ``choice`` is "" (not now), a
    star, or one of the words above."""

    application: Any
    review_level: ReviewLevel
    ceiling: Ceiling
    choice: str = ""
    reason: str = ""
    error: str = ""

    @property
    def spec(self) -> SchemeSpec:
        scheme: Scheme = self.application.scheme
        return scheme.spec

    @property
    def minimums(self) -> list[Minimum]:
        return minimums(self.spec, self.ceiling.allowed)

    @property
    def margin(self) -> tuple[int, Decimal] | None:
        return margin(self.spec, self.ceiling.allowed)

    @property
    def cells(self) -> DeskCells:
        application, ceiling, (reached, margin) = self.application, self.ceiling, self.margin or (None, None)
        return DeskCells(
            application.pk,
            application.unit.name,
            application.applied_star,
            application.township_star,
            application.last_star,
            points_text(ceiling.allowed.total),
            reached,
            points_text(margin),
            "" if application.widest is None else points_text(application.widest),
            lacking(self.minimums),
            tuple(self.vetoes),
            ceiling.cap,
            ceiling.star,
        )

    @property
    def vetoes(self) -> list[str]:
        return [f"{veto.code} {veto.name}" for veto in self.spec.vetoes if veto.code in self.ceiling.allowed.barred]

    @property
    def stars(self) -> list[int]:
        return options(self.application, self.ceiling, self.review_level)

    @property
    def recommends(self) -> bool:
        return self.review_level.stage == Stage.TOWNSHIP and may_recommend(self.application, self.ceiling)

    @property
    def rejects(self) -> bool:
        """Whether this level may leave it without a star; the others send it back to the township."""
        return bool(self.application.first_stage == self.review_level.stage)

    @property
    def own_star(self) -> int:
        """The township's own star that goes with a recommendation."""
        return min(self.ceiling.star, int(self.application.townships_decide_up_to))

    @property
    def conflict(self) -> str:
        return str(WORDS[self.application.conflict]) if self.application.conflict else ""

    @property
    def blocked(self) -> str:
        """Why nothing can be chosen here; "" when it can."""
        if self.conflict:
            return self.conflict
        if self.application.unsettled:
            return _("The reviewers differ too much: to be settled in a note")
        return ""

    @property
    def highest(self) -> str:
        """The choice of all that is possible; "" where nothing can be chosen, or no star is possible."""
        if self.blocked or not any(self.stars):
            return ""
        return RECOMMEND if self.recommends else str(self.stars[0])

    @property
    def said(self) -> str:
        """The choice in words."""
        words = {
            RECOMMEND: _("recommend to the county (own: %(star)s)") % {"star": star_name(self.own_star)},
            REJECT: _("do not rate"),
            SEND_BACK: _("send back to the township"),
        }
        return words.get(self.choice) or star_name(next(iter(keys([self.choice])), 0))


def lacking(minimums: Iterable[Minimum]) -> tuple[tuple[str, str], ...]:
    """The areas (codes), each with the points that it is short of, or "" where it reaches its minimum."""
    return tuple((one.area.code, points_text(one.lacks) if one.lacks else "") for one in minimums)


def before(review_level: ReviewLevel, codes: list[str]) -> QuerySet[Application]:
    """The applications under review at ``review_level`` within ``codes``; exceptions of a closed cycle too,
    until decided."""
    return Application.objects.filter(below_any(codes, "unit_id"), state=review_level.state)


def finished(review_level: ReviewLevel, codes: list[str]) -> QuerySet[Application]:
    """Those whose panel has given its points."""
    return before(review_level, codes).filter(
        Exists(Points.objects.filter(application=OuterRef("pk"), stage=review_level.stage))
    )


def unfinished(review_level: ReviewLevel, codes: list[str]) -> QuerySet[Application]:
    """Those still waiting for sheets, with their counts."""
    scored = Exists(Points.objects.filter(application=OuterRef("pk"), stage=review_level.stage))
    return with_sheet_counts(before(review_level, codes).exclude(scored), review_level).order_by("unit", "pk")


def with_sheet_counts(applications: QuerySet[Application], review_level: ReviewLevel) -> QuerySet[Application]:
    """Annotate ``sheets_in`` and ``sheets_open``."""
    ours = Q(sheets__stage=review_level.stage)
    return applications.select_related("unit").annotate(
        sheets_in=Count("sheets", filter=ours & Q(sheets__state="handed_in")),
        sheets_open=Count("sheets", filter=ours & Q(sheets__state="open")),
    )


def for_desk(applications: QuerySet[Application], user: User, review_level: ReviewLevel) -> QuerySet[Application]:
    """With everything that a row shows."""
    wide = Settlement.objects.filter(application=OuterRef("pk"), stage=review_level.stage, superseded_at=None)
    last = StarPeriod.objects.on().filter(unit=OuterRef("unit")).values("star")
    return (
        with_deciding_conflict(applications, user.pk, review_level.stage)
        .annotate(
            unsettled=Exists(wide.filter(note="")),
            widest=Subquery(wide.order_by("-spread").values("spread")[:1]),
            last_star=Subquery(last),
        )
        .select_related("unit", "cycle")
        .prefetch_related("cycle__scheme")  # one scheme for all, whose text is read once
        .order_by("unit", "pk")
    )


def rows_of(applications: list[Application], review_level: ReviewLevel, day: date) -> list[DeskRow]:
    by_application = ceilings(applications, review_level.stage, day)
    return [DeskRow(application, review_level, by_application[application.pk]) for application in applications]
