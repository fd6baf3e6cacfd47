"""One year of a programme under one of its schemes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programmes.models.lifecycle import RUN, STEPS, VIEW, CycleState
from ratings.models import Programme, Scheme
from records import deadlines
from villages.models import Level, UnitQuerySet, around_any

User = settings.AUTH_USER_MODEL


class ProgrammeCycleQuerySet(models.QuerySet["ProgrammeCycle"]):
    def around(self, codes: Collection[str]) -> ProgrammeCycleQuerySet:
        """Those run by the places ``codes``, above or below them."""
        return self.filter(around_any(codes, "programme__unit_id"))

    def seen_by(self, user: Any) -> ProgrammeCycleQuerySet:
        """Those around the places of ``user``; what is in them is shown for these places alone."""
        return self.around(user.reach(VIEW)).select_related("programme__unit", "scheme")


@pghistory.track()
class ProgrammeCycle(models.Model):
    """Its units are those that the scheme rates; their facts are those of the ordinary applications of ``year``.

    Until ``answers_until`` they answer what only the programme asks. ``on``: the day on which its results were
    confirmed, by ``document``. It gives no star: nothing of the register, of money or of honours reads it.
    """

    State = CycleState

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cycles")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", verbose_name=_("Scheme"))
    year = models.PositiveSmallIntegerField(_("Year"))
    rates = models.CharField(max_length=10, choices=Level)
    state = models.CharField(_("State"), max_length=10, choices=CycleState, default=CycleState.OPEN)
    answers_until = models.DateTimeField(_("Answers until"))
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    on = models.DateField(_("Confirmed on"), null=True)
    document = models.CharField(_("Document"), max_length=200, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = ProgrammeCycleQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Year of a programme")
        permissions = [("run_programme", "Run programmes: a second standard over the same facts")]
        ordering = ["-year", "programme", "rates"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "rates"], name="one_cycle_per_programme"),
            models.CheckConstraint(
                condition=Q(state="open", on=None, document="")
                | Q(state__in=CycleState.KEPT.values, on__isnull=False) & ~Q(document=""),
                name="programme_confirmed_by_document",
            ),
            models.CheckConstraint(
                condition=Q(state="published") ^ Q(published_at=None), name="programme_published_has_time"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="programme_states", field="state", transitions=STEPS.transitions),
            pgtrigger.ReadOnly(name="programme_cycle_stays_its_own", fields=["programme", "year", "rates"]),
            pgtrigger.Protect(name="programme_cycle_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="programme_begins_open", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="open")
            ),
            pgtrigger.Trigger(
                name="scheme_of_its_programme",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("scheme_id", "state"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM ratings_scheme s
                        WHERE s.id = NEW.scheme_id AND s.state = 'issued' AND s.programme_id = NEW.programme_id
                          AND s.year = NEW.year AND s.rates = NEW.rates
                    ) THEN
                        RAISE EXCEPTION 'the scheme is not an issued one of this programme and year'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.state <> 'open' AND NEW.scheme_id <> OLD.scheme_id THEN
                        RAISE EXCEPTION 'what is confirmed stays under its scheme' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme.name} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("programme", args=[self.pk])

    @property
    def unit_id(self) -> str:
        """The code of the place that runs it (``accounts.authority``)."""
        return str(self.programme.unit_id)

    def admits(self, user: Any, perm: str) -> bool:
        """It is run by the office of its own place, not by one above it."""
        return perm != RUN or self.unit_id in user.reach(RUN)

    @property
    def takes_answers(self) -> bool:
        return self.state == CycleState.OPEN and not deadlines.is_over(self.answers_until)

    @property
    def is_public(self) -> bool:
        return self.state == CycleState.PUBLISHED

    def rated_units(self) -> UnitQuerySet:
        return self.scheme.rated_units()
