"""A unit's application (申报) in a cycle: answers, evidence, points, returns, every step it took (practice §3)."""

from __future__ import annotations

from typing import Any, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ratings.models.cycle import Cycle
from ratings.models.kept_points import keeps_points
from ratings.models.lifecycle import FORMER_VERBS, STEPS, ApplicationState, Stage
from ratings.models.scheme import Scheme
from records.cells import PLACES
from records.models import StoredFile
from villages.models import TOWNSHIP_LENGTH, Unit

User = settings.AUTH_USER_MODEL


FIGURE_DIGITS = 12 + PLACES
"""Digits of a figure below a million millions, with all the decimals that files and people may give."""


def figure_field(**options: Any) -> models.DecimalField:
    """A figure as it was entered: nothing is rounded on its way into the table (formats §1)."""
    return models.DecimalField(max_digits=FIGURE_DIGITS, decimal_places=PLACES, **options)


class Paper(models.TextChoices):
    """Documents of a whole application rather than of one criterion (practice §3, "Before it is sent")."""

    MINUTES = "minutes", _("Minutes of the villagers' representatives")
    STAMPED = "stamped", _("Application form with signature and stamp")


def first_stage(unit: str) -> Stage:
    """The level that accepts the application of a unit (by code) and reviews it first: the one above it.

    The trigger ``application_goes_through_its_levels`` holds every change of state to it.
    """
    return Stage.COUNTY if len(unit) <= TOWNSHIP_LENGTH else Stage.TOWNSHIP


@pghistory.track()
class Application(models.Model):
    """One per unit and cycle. ``panel_total`` and ``panel_star`` come from the deciding stage's panel points.

    ``applied_star`` is the star applied for; ``township_star`` the township's own star when it recommends for 4–5.
    ``self_total`` and ``self_star`` are what the unit's own answers would give. Totals are points, 2 decimals.
    ``submitted_tags``: the unit's tags when it was submitted; a draft has none.
    """

    State = ApplicationState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="applications")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(_("State"), max_length=20, choices=State, default=State.DRAFT)
    applied_star = models.PositiveSmallIntegerField(_("Star applied for"), null=True)
    filled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf = models.BooleanField(_("Filled on the village's behalf"), default=False)
    signed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_tags = ArrayField(models.CharField(max_length=20), null=True)
    self_total = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    self_star = models.PositiveSmallIntegerField(null=True)
    township_star = models.PositiveSmallIntegerField(null=True)
    panel_total = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    panel_star = models.PositiveSmallIntegerField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_application", "Open applications"),
            ("fill", "Fill in the own unit's application"),
            ("fill_on_behalf", "Fill in for a village that cannot"),
            ("sign", "Submit and withdraw"),
            ("accept", "Accept and return applications"),
            ("accept_county", "Accept and return applications that the county reviews first"),
            ("supply", "Supply a department's figures"),
        ]
        ordering = ["unit"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "cycle"], name="one_application_per_cycle"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(applied_star__isnull=False, submitted_at__isnull=False),
                name="sent_application_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(submitted_tags=None), name="draft_goes_by_present_tags"
            ),
        ]
        indexes = [models.Index(fields=["cycle", "state", "unit"], name="application_by_state")]
        triggers = [
            pgtrigger.FSM(name="application_states", field="state", transitions=STEPS.transitions),
            pgtrigger.Protect(
                name="application_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
            ),
            pgtrigger.Trigger(  # the county's own steps are for what it reviews first; a township never reviews itself
                name="application_goes_through_its_levels",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                func=f"""
                    IF length(NEW.unit_id) <= {TOWNSHIP_LENGTH} AND NEW.state = 'township_review'
                        OR length(NEW.unit_id) > {TOWNSHIP_LENGTH}
                        AND (OLD.state, NEW.state) IN ({", ".join(map(str, STEPS.only_at(Stage.COUNTY)))})
                    THEN
                        RAISE EXCEPTION 'an application of % does not go from % to %',
                            NEW.unit_id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="application_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="application_stands_in_its_cycle",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("unit_id", "cycle_id"),
                func="""
                    IF EXISTS (
                        SELECT FROM ratings_cycle c
                        WHERE c.id = NEW.cycle_id AND c.townships <> '{}' AND left(NEW.unit_id, 9) <> ALL (c.townships)
                    ) THEN
                        RAISE EXCEPTION 'an application stands in a township that its cycle rates'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.cycle.year}"

    @cached_property
    def scheme(self) -> Scheme:
        """The version that applies: a published result stays under the one that its decision names (formats §6)."""
        moved = self.cycle.scheme
        if self.state not in self.State.STAR_PUBLISHED or moved.version == 1:
            return moved
        published = self.decisions.filter(state__in=["released", "confirmed"], scheme__isnull=False)
        named = published.exclude(origin="closing").select_related("scheme").order_by("-pk").first()
        return named.scheme if named else moved

    @property
    def first_stage(self) -> Stage:
        return first_stage(self.unit_id)

    @property
    def townships_decide_up_to(self) -> int:
        """The stars that the township decides itself: none where the county reviews first."""
        return 0 if self.first_stage == Stage.COUNTY else self.scheme.spec.townships_decide_up_to

    @property
    def with_village(self) -> bool:
        return self.state in self.State.WITH_VILLAGE

    @property
    def tags(self) -> list[str]:
        """They select the scheme's variants: a draft follows the unit, a submitted application keeps its own."""
        return self.unit.tags if self.submitted_tags is None else self.submitted_tags


class Transition(models.Model):
    """One step of an application: who, when, from where, why. Append-only; the timeline that people read.

    ``verb``: a key of ``STEPS``, also where the row still holds what the step was called before (``FORMER_VERBS``);
    queries look for both (``with_former``). ``as_deputy``: the person acted as a deputy (代).
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="transitions")
    verb = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    as_deputy = models.BooleanField(default=False)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application_id} {self.verb}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        step = super().from_db(*args, **kwargs)
        if (verb := step.__dict__.get("verb")) in FORMER_VERBS:
            step.verb = FORMER_VERBS[verb]
        return step


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Answer(models.Model):
    """One fact of the form (formats §2: ``1.1.a`` a count or tick, ``1.2`` a figure, ``1.5`` typed points).

    ``typed`` is what the person typed, kept even when it is invalid (then ``value`` is empty). ``source`` says who gave
    it: village, or ``department:NAME``. ``sure``: asked about an outlier (``ratings.scoring.outliers``), the person
    confirmed it.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    typed = models.CharField(max_length=40)
    value = figure_field(null=True)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=60, default="village")
    sure = models.BooleanField(default=False)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="one_answer_per_item")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.item}={self.typed}"


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Evidence(models.Model):
    """A file attached to a criterion (佐证材料). ``name`` is the piece that the criterion asks for, if any.

    Without a criterion it is a document of the whole application, and ``name`` says which (``Paper``).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="evidence")
    criterion = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=100, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["application", "criterion", "file"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Absence(models.Model):
    """The unit has no such document this year (本年没有…) and says why.

    It replaces only the document, never points. ``name`` is the piece that the criterion asks for.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="absences")
    criterion = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    reason = models.CharField(_("Reason"), max_length=300)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["application", "criterion", "name"], name="absence_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="absence_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion} {self.name}"


class Points(models.Model):
    """Points per criterion and stage: the unit's own answers scored, or a panel's mean (2 decimals).

    A product of two numbers of ten decimals is stored exactly; points are rounded only for display. ``figure`` is the
    figure that a ``figures`` condition looks at (the lower median of a panel's).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="points")
    stage = models.CharField(max_length=10, choices=Stage)
    criterion = models.CharField(max_length=20)
    points = models.DecimalField(max_digits=32, decimal_places=20)
    figure = figure_field(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["application", "stage", "criterion"], name="one_points_per_criterion"),
            models.CheckConstraint(condition=Q(points__gte=0), name="points_not_negative"),
        ]
        triggers = keeps_points()

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion} {self.points}"


@pghistory.track()
class Veto(models.Model):
    """A veto item met by a unit on a day (formats §1); one dated fact each, with the document that proves it.

    ``source``: the department that found it. A wrong finding is withdrawn, and no longer bars anything.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="vetoes")
    code = models.CharField(_("Veto item"), max_length=20)
    on = models.DateField(_("Met on"))
    document = models.CharField(_("Document"), max_length=200)
    source = models.CharField(max_length=60)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "code", "on", "source"], condition=Q(withdrawn_at=None), name="veto_once"
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="what_was_found_stays", exclude=["withdrawn_at"]),
            pgtrigger.Protect(name="veto_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.code} {self.on}"


@pghistory.track()
class Return(models.Model):
    """The township's questions to a village (退回补正), each with its reason; only those criteria reopen, until
    ``due``."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="returns")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    due = models.DateTimeField(_("Deadline"))
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at=None), name="one_open_return_per_application"
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.at:%Y-%m-%d}"


class ReturnedCriterion(models.Model):
    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.CharField(max_length=20)
    reason = models.TextField(_("Reason"))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["of", "criterion"], name="returned_once")]

    def __str__(self) -> str:
        return self.criterion
