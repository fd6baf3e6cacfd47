"""A draft scheme while it is written: each of its last states, which need not be valid until it is issued."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.scheme import ExactDecoder, ExactEncoder, Scheme


class SchemeRevision(models.Model):
    """What stood in a draft after one change. The last one is what editors see; the scheme itself keeps the last body
    that was without faults, so that nothing that reads a ``Scheme`` ever meets a faulty one.

    ``shows``: the number of the revision whose body this is again, after undoing or redoing; ``pressed`` tells a double
    click.
    """

    class Step(models.TextChoices):
        START = "start", _("Begun")
        EDIT = "edit", pgettext_lazy("step of writing a scheme", "changed")
        ADD = "add", _("added")
        MOVE = "move", _("moved")
        REMOVE = "remove", _("removed")
        UNDO = "undo", _("undone")
        REDO = "redo", _("done again")

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    body = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    step = models.CharField(max_length=10, choices=Step)
    about = models.CharField(max_length=200, blank=True)
    pressed = models.CharField(max_length=200, blank=True)
    shows = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["scheme", "-number"]
        constraints = [models.UniqueConstraint(fields=["scheme", "number"], name="one_scheme_revision")]

    def __str__(self) -> str:
        return f"{self.scheme_id}/{self.number} {self.step}"

    @property
    def stands_for(self) -> int:
        """The revision that made this body."""
        return self.number if self.shows is None else self.shows
