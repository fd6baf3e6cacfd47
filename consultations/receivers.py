"""The signals that consultations receive from lower apps."""

from typing import Any

from django.dispatch import receiver

from consultations.workflow import changes, issuing
from ratings.models import Scheme
from ratings.signals import draft_written, scheme_issued


@receiver(draft_written)
def tell_of_changes(scheme: Scheme, before: dict[str, Any], by: Any, **_kwargs: Any) -> None:
    """Somebody changed a draft that others may be reading."""
    changes.follow(scheme, before, by=by)


@receiver(scheme_issued)
def record_issue(scheme: Scheme, by: Any, **_kwargs: Any) -> None:
    """A scheme is in force from now on."""
    issuing.record(scheme, by=by)
