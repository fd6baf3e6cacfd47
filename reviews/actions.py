"""The steps that reviews add to what a person may do next with an application (``ratings.actions``)."""

from django.utils.translation import gettext_lazy as _

from ratings.actions import Action
from ratings.models import Application, Stage
from reviews.models import Sheet
from reviews.stages import BENCHES, Bench
from reviews.ties import deciding_ties


def _scores(bench: Bench) -> Action:
    def has_open_sheet(user, application: Application) -> bool:
        return Sheet.objects.filter(
            application=application, stage=bench.stage, reviewer=user, state=Sheet.State.OPEN
        ).exists()

    return Action(
        verb=f"score_{bench.stage}",
        label=_("Score"),
        permission=bench.permission("score"),
        states=frozenset({bench.state}),
        url_name="review_score",
        allowed=has_open_sheet,
    )


def _decides(bench: Bench, verb: str, label: str) -> Action:
    def is_untied(user, application: Application) -> bool:
        return not deciding_ties([application.pk], user.pk, bench.stage)

    return Action(
        verb=verb,
        label=label,
        permission=bench.permission("decide"),
        states=frozenset({bench.state}),
        url_name="review_application",
        allowed=is_untied,
    )


TOWNSHIP, COUNTY = BENCHES[Stage.TOWNSHIP], BENCHES[Stage.COUNTY]
ACTIONS = (
    _scores(TOWNSHIP),
    _decides(TOWNSHIP, "decide_township", _("Decide")),
    _decides(TOWNSHIP, "recommend", _("Recommend to the county")),
    _decides(TOWNSHIP, "reject", _("Do not rate")),
    _scores(COUNTY),
    _decides(COUNTY, "decide_county", _("Decide")),
    _decides(COUNTY, "send_back", _("Send back to the township")),
)
