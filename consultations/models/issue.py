"""How a scheme was issued: after which review, by whom, under which document numbers."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models.agreed_on import AGREED_ON
from consultations.models.consultation import Consultation
from consultations.models.remarks import APPEND_ONLY
from ratings.models import Scheme
from records.models import StoredFile
from villages.models import Unit

User = settings.AUTH_USER_MODEL


class Issuer(models.TextChoices):
    PARTY = "party", _("Party committee")
    GOVERNMENT = "government", _("Government")
    DISCIPLINE = "discipline", _("Discipline commission")


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class SchemePaper(models.Model):
    """A paper by which a scheme is issued; frozen with the scheme."""

    class Kind(models.TextChoices):
        MEASURES = "measures", _("Implementing measures")
        STANDARD = "standard", _("Assessment standard")

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("Paper"), max_length=10, choices=Kind)
    number = models.CharField(_("Document number"), max_length=50)
    issuers = ArrayField(models.CharField(max_length=10, choices=Issuer), verbose_name=_("Issued by"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("Paper of a scheme")
        ordering = ["scheme", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind"], name="one_paper_of_a_kind"),
            models.CheckConstraint(condition=~Q(number="") & Q(issuers__len__gt=0), name="paper_has_number_and_issuer"),
        ]
        triggers = [
            pgtrigger.Protect(name="paper_is_replaced", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="frozen_with_its_scheme",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT FROM ratings_scheme s
                        WHERE s.id = COALESCE(NEW.scheme_id, OLD.scheme_id) AND s.state = 'issued'
                    ) THEN
                        RAISE EXCEPTION 'the scheme is issued: its papers stay' USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def issued_by(self) -> str:
        return _(", ").join(str(Issuer(one).label) for one in self.issuers)


@pghistory.track(pghistory.InsertEvent())
class Issue(models.Model):
    """The record of an issued scheme: which content (``digest``), and what it went through before.

    Written when it is issued, in the same transaction; never changed, and only of what was agreed on. A scheme that the
    operator put in force has been through no review.
    """

    class Review(models.TextChoices):
        JOINT = "joint", _("After the joint review of the city")
        OFF = "off", _("After the consultation; the city's joint review is turned off")
        NONE = "none", _("Without review")

    scheme = models.OneToOneField(Scheme, on_delete=models.PROTECT, related_name="issue")
    review = models.CharField(_("How it was agreed on"), max_length=5, choices=Review)
    consultation = models.OneToOneField(Consultation, null=True, on_delete=models.PROTECT, related_name="issue")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = _("Issuing of a scheme")
        constraints = [
            models.CheckConstraint(
                condition=Q(review="none", consultation=None) | ~Q(review="none") & Q(consultation__isnull=False),
                name="agreed_scheme_has_consultation",
            )
        ]
        triggers = [APPEND_ONLY, AGREED_ON]

    def __str__(self) -> str:
        return f"{self.scheme} {self.review}"


@pghistory.track()
class JointReview(models.Model):
    """Whether a city's counties review each other's drafts; without a row they do."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("City"))
    on = models.BooleanField(_("Joint review"), default=True)
    reason = models.TextField(_("Reason"))
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("Setting of the joint review")
        triggers = [pgtrigger.Protect(name="setting_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unit} {self.on}"


def joint_review_is_on(city: str) -> bool:
    return not JointReview.objects.filter(unit=city, on=False).exists()
