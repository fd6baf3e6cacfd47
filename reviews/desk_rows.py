"""The rows of the decision desk: what each application may become, and reading what its leader chose."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.face import star_name
from ratings.models import Application, Points, Stage, StarPeriod
from ratings.scheme.spec import SchemeSpec
from ratings.shortfall import Minimum, margin, minimums
from records.numbers import keys
from reviews.ceiling import Ceiling, ceilings
from reviews.models import Settlement
from reviews.stages import Bench
from reviews.ties import WORDS, with_deciding_tie
from reviews.workflow.decisions import may_recommend, needs_reason_below, options
from villages.models import below_any

RECOMMEND, REJECT, SEND_BACK = "recommend", "reject", "send_back"


@dataclass
class Row:
    """One application on the desk. ``choice`` is "" (not now), a star, or one of the words above."""

    application: Application
    bench: Bench
    ceiling: Ceiling
    choice: str = ""
    reason: str = ""
    error: str = ""

    @property
    def spec(self) -> SchemeSpec:
        return self.application.cycle.scheme.spec

    @property
    def minimums(self) -> list[Minimum]:
        return minimums(self.spec, self.ceiling.allowed)

    @property
    def margin(self) -> tuple[int, Decimal] | None:
        return margin(self.spec, self.ceiling.allowed)

    @property
    def vetoes(self) -> list[str]:
        return [f"{veto.code} {veto.name}" for veto in self.spec.vetoes if veto.code in self.ceiling.allowed.barred]

    @property
    def stars(self) -> list[int]:
        return options(self.application, self.ceiling, self.bench)

    @property
    def recommends(self) -> bool:
        return self.bench.stage == Stage.TOWNSHIP and may_recommend(self.application, self.ceiling)

    @property
    def own_star(self) -> int:
        """The township's own star that goes with a recommendation."""
        return min(self.ceiling.star, self.spec.townships_decide_up_to)

    @property
    def reason_below(self) -> int:
        return needs_reason_below(self.application, self.ceiling, self.bench)

    @property
    def tie(self) -> str:
        return str(WORDS[self.application.tie]) if self.application.tie else ""

    @property
    def blocked(self) -> str:
        """Why nothing can be chosen here; "" when it can."""
        if self.tie:
            return self.tie
        if self.application.unsettled:
            return _("The reviewers lie too far apart: to be settled in a note")
        return ""

    @property
    def said(self) -> str:
        """The choice in words."""
        words = {
            RECOMMEND: _("recommend to the county (own: %(star)s)") % {"star": star_name(self.own_star)},
            REJECT: _("do not rate"),
            SEND_BACK: _("send back to the township"),
        }
        return words.get(self.choice) or star_name(next(iter(keys([self.choice])), 0))


def before(bench: Bench, codes: list[str]) -> QuerySet[Application]:
    """The applications before ``bench`` within ``codes``; exceptions of a closed cycle too, until they are decided."""
    return Application.objects.filter(below_any(codes, "unit_id"), state=bench.state)


def finished(bench: Bench, codes: list[str]) -> QuerySet[Application]:
    """Those whose panel has given its points."""
    return before(bench, codes).filter(Exists(Points.objects.filter(application=OuterRef("pk"), stage=bench.stage)))


def unfinished(bench: Bench, codes: list[str]) -> QuerySet[Application]:
    """Those that wait for sheets, with their counts."""
    scored = Exists(Points.objects.filter(application=OuterRef("pk"), stage=bench.stage))
    return with_sheet_counts(before(bench, codes).exclude(scored), bench).order_by("unit")


def with_sheet_counts(applications: QuerySet[Application], bench: Bench) -> QuerySet[Application]:
    """Annotate ``sheets_in`` and ``sheets_open``."""
    ours = Q(sheets__stage=bench.stage)
    return applications.select_related("unit").annotate(
        sheets_in=Count("sheets", filter=ours & Q(sheets__state="handed_in")),
        sheets_open=Count("sheets", filter=ours & Q(sheets__state="open")),
    )


def for_desk(applications: QuerySet[Application], user: User, bench: Bench) -> QuerySet[Application]:
    """With everything that a row shows."""
    wide = Settlement.objects.filter(application=OuterRef("pk"), stage=bench.stage, superseded_at=None)
    last = StarPeriod.objects.on().filter(unit=OuterRef("unit")).values("star")
    return (
        with_deciding_tie(applications, user.pk, bench.stage)
        .annotate(
            unsettled=Exists(wide.filter(note="")),
            widest=Subquery(wide.order_by("-spread").values("spread")[:1]),
            last_star=Subquery(last),
        )
        .select_related("unit")
        .prefetch_related("cycle__scheme")
        .order_by("unit")
    )


def rows_of(applications: list[Application], bench: Bench, day: date) -> list[Row]:
    found = ceilings(applications, bench.stage, day)
    return [Row(application, bench, found[application.pk]) for application in applications]
