"""The register's reactions to changes of what a star depends on."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from followups.models import FollowUp
from followups.signals import followup_accepted
from ratings import notices
from ratings.models import Application
from ratings.signals import applications_moved, decisions_confirmed, proposals_opened, stars_changed
from ratings.workflow import decision, proposal_deadlines, retagging, succession
from ratings.workflow import event as events
from ratings.workflow.closing import close_for
from villages.signals import units_passed, units_settled, units_tagged

stars_changed.connect(notices.tell_of_stars)
units_passed.connect(succession.pass_on)
units_settled.connect(succession.settle)
units_tagged.connect(retagging.follow)


@receiver(followup_accepted)
def close_rectified(sender: Any, followup: FollowUp, by: User, **kwargs: Any) -> None:
    """Receives ``followup_accepted``: the effect of an event ends on the day after its rectification was accepted."""
    events.close_if_rectified(followup, by=by)


@receiver(proposals_opened)
def give_deadlines(sender: Any, **kwargs: Any) -> None:
    """Receives ``proposals_opened``: each is due, and those who settle it are told."""
    proposal_deadlines.follow()


@receiver(decisions_confirmed)
def rerate_decided(sender: Any, units: Collection[str], **kwargs: Any) -> None:
    """Receives ``decisions_confirmed``: the new stars are written to the register in the same transaction."""
    decision.enter_in_register(units)


@receiver(applications_moved)
def close_withdrawn_or_rejected(sender: Any, applications: Collection[int], to: str, **kwargs: Any) -> None:
    """Receives ``applications_moved``: a unit withdrawn or rejected after the closing gets no star (practice §3)."""
    if to in Application.State.OUT_OF_THE_RUNNING:
        close_for(applications)
