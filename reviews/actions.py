"""What a permission cannot say of the steps that reviews take with an application (``ratings.actions``)."""

from typing import Any

from ratings.actions import Guard
from ratings.lifecycle import STEPS
from ratings.models import Application
from reviews.models import Sheet
from reviews.stages import BENCHES, Bench
from reviews.ties import deciding_ties


def _has_open_sheet(bench: Bench) -> Guard:
    def allowed(user: Any, application: Application) -> bool:
        return Sheet.objects.filter(
            application=application, stage=bench.stage, reviewer=user, state=Sheet.State.OPEN
        ).exists()

    return allowed


def _is_untied(bench: Bench) -> Guard:
    def allowed(user: Any, application: Application) -> bool:
        return not deciding_ties([application.pk], user.pk, bench.stage)

    return allowed


def _guards() -> dict[str, Guard]:
    """Whoever scores has an open sheet; whoever decides has no tie."""
    guards = {}
    for bench in BENCHES.values():
        by_right = {bench.permission("score"): _has_open_sheet(bench), bench.permission("decide"): _is_untied(bench)}
        guards |= {step.verb: by_right[step.permission] for step in STEPS.offered if step.permission in by_right}
    return guards


GUARDS = _guards()
