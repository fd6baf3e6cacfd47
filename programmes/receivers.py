"""The signals that programmes receive from lower apps."""

from typing import Any

from django.dispatch import receiver

from programmes.workflow.new_version import follow
from ratings.models import Scheme
from ratings.signals import scheme_issued


@receiver(scheme_issued)
def follow_new_version(scheme: Scheme, by: Any, **_kwargs: Any) -> None:
    """A scheme is in force from now on: if it is a programme's, its open year follows it."""
    if scheme.programme_id is not None:
        follow(scheme, by=by)
