"""What stands in an improvement plan: problems, measures, agreements, progress; and the library of measures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from improvements.models.lifecycle import Party
from improvements.models.plan import Plan
from records.models import StoredFile
from villages.models import Unit

User = settings.AUTH_USER_MODEL
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
LONGEST_MEASURE = 200


def _only_while(name: str, state: str, operation: Any, plan: str, extra: str = "") -> pgtrigger.Trigger:
    """Rows may be written only while their plan is in ``state``; a change, only if the plan that it comes from is, too.

    ``plan``: SQL for the plan's id, by ``{row}``; ``extra``: SQL that must be true of the new row and its plan ``p``.
    """

    def require(row: str, written_by: str, more: str = "") -> str:
        return f"""
            IF TG_OP IN ({written_by}) AND NOT EXISTS (
                SELECT FROM improvements_plan p WHERE p.id = {plan.format(row=row)} AND p.state = '{state}' {more}
            ) THEN
                RAISE EXCEPTION 'the plan is not {state}' USING ERRCODE = 'check_violation';
            END IF;
        """  # noqa: S608 words of our own

    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            {require("OLD", "'UPDATE', 'DELETE'")}
            {require("NEW", "'INSERT', 'UPDATE'", extra)}
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        """,
    )


@pghistory.track(pghistory.InsertEvent())
class Problem(models.Model):
    """What the plan is about: a criterion that lost points, or without one an event or that the village did not apply.

    They are facts of the time when the plan began, and do not change.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="problems")
    criterion = models.CharField(_("Criterion"), max_length=20, blank=True)
    name = models.CharField(max_length=300)
    lost = models.DecimalField(_("Points lost"), max_digits=7, decimal_places=2, null=True)
    full = models.DecimalField(_("Full marks"), max_digits=7, decimal_places=2, null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Problem")
        ordering = ["plan", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(criterion="", lost=None, full=None)
                | ~Q(criterion="") & Q(lost__gt=0, lost__lte=models.F("full")),
                name="problem_of_criterion_lost_points",
            ),
            models.UniqueConstraint(
                fields=["plan", "criterion"], condition=~Q(criterion=""), name="one_problem_per_criterion"
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.criterion} {self.name}".strip()

    @property
    def points(self) -> Decimal | None:
        """What it had of the full marks."""
        return None if self.full is None or self.lost is None else self.full - self.lost


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Measure(models.Model):
    """What is done about a problem, by whom and until when. It changes only while the plan is a draft."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="measures")
    text = models.CharField(_("Measure"), max_length=LONGEST_MEASURE)
    party = models.CharField(_("Done by"), max_length=10, choices=Party, default=Party.VILLAGE)
    due = models.DateField(_("To be done by"))

    class Meta:
        default_permissions = ()
        verbose_name = _("Measure")
        ordering = ["problem", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="measure_says_something"),
            models.UniqueConstraint(fields=["problem", "text"], name="one_measure_once"),
        ]
        triggers = [
            _only_while(
                "measure_changes_in_draft",
                "draft",
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                "(SELECT q.plan_id FROM improvements_problem q WHERE q.id = {row}.problem_id)",
                "AND NEW.due <= p.due",
            )
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track(pghistory.InsertEvent())
class Agreement(models.Model):
    """``party`` agreed to the ``revision`` of the plan that it was shown; three make the plan binding."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="agreements")
    party = models.CharField(_("Party"), max_length=10, choices=Party)
    revision = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = pgettext_lazy("plan", "Agreement")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "revision", "party"], name="each_party_agrees_once"),
            models.UniqueConstraint(fields=["plan", "revision", "by"], name="nobody_agrees_for_two"),
        ]
        triggers = [
            APPEND_ONLY,
            _only_while(
                "agreement_to_what_was_sent",
                "proposed",
                pgtrigger.Insert,
                "{row}.plan_id",
                "AND p.revision = NEW.revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.party}"


@pghistory.track(pghistory.InsertEvent())
class Progress(models.Model):
    """What has been done, in words and with files; ``done``: the ``measure`` is finished with it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="progress")
    measure = models.ForeignKey(Measure, null=True, on_delete=models.PROTECT, related_name="progress")
    done = models.BooleanField(default=False)
    text = models.TextField(_("What was done"))
    party = models.CharField(_("Party"), max_length=10, choices=Party)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = pgettext_lazy("plan", "Progress")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(done=False) | Q(measure__isnull=False), name="done_is_of_a_measure")
        ]
        triggers = [
            APPEND_ONLY,
            _only_while("progress_of_a_plan_under_way", "active", pgtrigger.Insert, "{row}.plan_id"),
            pgtrigger.Trigger(
                name="progress_of_a_measure_of_the_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__measure__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM improvements_measure m JOIN improvements_problem q ON q.id = m.problem_id
                        WHERE m.id = NEW.measure_id AND q.plan_id = NEW.plan_id
                    ) THEN
                        RAISE EXCEPTION 'the measure is one of another plan' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track(pghistory.InsertEvent())
class ProgressFile(models.Model):
    progress = models.ForeignKey(Progress, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = pgettext_lazy("plan", "Photo or paper")
        ordering = ["pk"]
        triggers = [
            APPEND_ONLY,
            _only_while(
                "file_of_a_plan_under_way",
                "active",
                pgtrigger.Insert,
                "(SELECT g.plan_id FROM improvements_progress g WHERE g.id = {row}.progress_id)",
            ),
        ]

    def __str__(self) -> str:
        return self.file.name


@pghistory.track()
class LibraryMeasure(models.Model):
    """A measure that the plans of a county may take up, by criterion. Every agreed plan adds its own; what the county
    withdraws is no longer offered."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(_("Criterion"), max_length=20)
    text = models.CharField(_("Measure"), max_length=LONGEST_MEASURE)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Measure of the library")
        ordering = ["unit", "criterion", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "criterion", "text"], name="one_measure_once_in_library"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(criterion=""), name="library_measure_says_something"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="library_measure_text_stays", exclude=["withdrawn_at"]),
            pgtrigger.Protect(name="library_measure_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.text
