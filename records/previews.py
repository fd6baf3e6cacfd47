"""Previews: a confirmed step does exactly what its page showed, or nothing.

A page that shows a step first (payments, a release, a closing) stores what it shows here, under the key in its form:
``key = previews.keep(user, "disburse:fund:1", shown)``. The confirmation sends only the key:

    with previews.confirming(user, "disburse:fund:1", key) as shown:
        workflow.disburse(fund, by=user, expected=shown, …)

The workflow function compares ``expected`` with the current state under its own lock and raises ``Outdated`` if they
differ; the view then shows the new state. A second click on the same confirmation waits for the first one and gets
``AlreadyDone``, which a view answers like the first (idempotent). Where people type beside the key, the view uses
``records.confirming.confirming_sent``: the same key with other contents is no second click.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.refusals import Outdated, WrongState

MOVED_ON = gettext_lazy("Something has changed since this page was opened. Nothing was done. Please look again.")
KEPT = timedelta(days=1)
"""How long a page may stay open before it is confirmed."""


class AlreadyDone(WrongState):
    """This very confirmation was carried out before: a double click, or the page sent again.

    ``shown``: what had been shown, where it is known.
    """

    def __init__(self, message: str, shown: Any = None) -> None:
        super().__init__(message)
        self.shown = shown


class Preview(models.Model):
    """What ``user`` was shown before ``step`` (verb and subject, such as "release:batch:7"). ``sent``: the fingerprint
    of what came with its confirmation, where that is compared."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    step = models.CharField(max_length=100)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    shown_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)
    sent = models.CharField(max_length=64, default="")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="preview_key_once")]

    def __str__(self) -> str:
        return f"{self.step} {self.key}"


def as_stored(content: Any) -> Any:
    """``content`` as it comes back from the database: dates and decimals are text, keys of mappings are text."""
    return json.loads(json.dumps(content, cls=DjangoJSONEncoder))


def keep(user: Any, step: str, content: Any, *, key: str = "") -> str:
    """Store what ``user`` is shown before ``step``; return the key for the page. ``key``: the page's existing key.

    Raises ``AlreadyDone`` if the step of that key has been carried out.
    """
    now = timezone.now()
    if not key:
        return Preview.objects.create(user=user, key=uuid4().hex, step=step, content=content, shown_at=now).key
    key = key[:64]
    with transaction.atomic():
        Preview.objects.bulk_create(
            [Preview(user=user, key=key, step=step, content=content, shown_at=now)],
            update_conflicts=True,
            unique_fields=["user", "key"],
            update_fields=["step", "content", "shown_at"],
        )
        if Preview.objects.filter(user=user, key=key, done_at__isnull=False).exists():
            raise AlreadyDone(_("This has been done already."))
    return key


def keep_all(user: Any, steps: Collection[str], content: Any = None) -> dict[str, str]:
    """The same for a page with several forms, which shows the same ``content`` (or nothing) before each: a key for each
    of ``steps``."""
    now = timezone.now()
    made = [
        Preview(user=user, key=uuid4().hex, step=step, content={} if content is None else content, shown_at=now)
        for step in steps
    ]
    return {one.step: one.key for one in Preview.objects.bulk_create(made)}


@contextmanager
def confirming(user: Any, step: str, key: str, sent: str = "") -> Iterator[Any]:
    """Carry out ``step``, in one transaction, as it was shown under ``key``; yields what was shown.

    Raises ``Outdated`` if nothing was shown under that key (or too long ago), or it was carried out with something else
    than ``sent``; ``AlreadyDone`` the second time.
    """
    with transaction.atomic():
        Preview.objects.filter(user=user, shown_at__lt=timezone.now() - KEPT).delete()
        shown = Preview.objects.select_for_update().filter(user=user, step=step, key=key[:64]).first()
        if shown is None:
            raise Outdated(_("This page is out of date. Nothing was done. Please look again."))
        if shown.done_at and sent != shown.sent:
            raise Outdated(_("This was done before, with what was sent then. What is sent now has not been done."))
        if shown.done_at:
            raise AlreadyDone(_("This has been done already."), shown.content)
        yield shown.content
        shown.done_at, shown.sent = timezone.now(), sent
        shown.save(update_fields=["done_at", "sent"])


def find(user: Any, step: str, key: str) -> Preview | None:
    """What ``user`` was shown under that key: for a view whose subject has left the user's sight since then."""
    return Preview.objects.filter(user=user, step=step, key=key[:64]).first()


def was_shown(user: Any, key: str) -> bool:
    """Whether some page was shown to ``user`` under that key."""
    return user.is_authenticated and key.isalnum() and Preview.objects.filter(user=user, key=key[:64]).exists()


def forget_old() -> None:
    Preview.objects.filter(shown_at__lt=timezone.now() - KEPT).delete()


def require_unchanged(expected: Any, current: Any) -> None:
    """Raise ``Outdated`` unless what was shown (None: no page was shown) equals the current state, under the lock."""
    if expected is not None and expected != as_stored(current):
        raise Outdated(str(MOVED_ON))
