"""How long it is kept who objected to a nomination, and how to reach them."""

from honours.models import RoundObjection
from reviews.workflow import objectors


def forget_old() -> None:
    """Delete name and contact as of objections to stars; the objection and its answer stay."""
    objectors.forget(RoundObjection.objects.all())
