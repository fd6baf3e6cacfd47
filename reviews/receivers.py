"""What reviews hear from ratings, in the transaction of the change."""

from typing import Any

from django.dispatch import receiver

from ratings.signals import applications_moved
from reviews.stages import bench_of
from reviews.workflow.panels import applications_entered


@receiver(applications_moved)
def lay_sheets(applications: list[int], verb: str, to: str, **_: Any) -> None:
    bench = bench_of(to)
    if bench is not None:
        applications_entered(applications, verb, bench)
