"""A programme: a second standard over the same facts, such as the province's grade beside the county's stars."""

import pghistory
import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import Unit

CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,29}$"


@pghistory.track()
class Programme(models.Model):
    """Its schemes (``Scheme.programme``) are judged by the app ``programmes``: no star, cycle or decision names them.

    ``unit``: the place that runs it. It begins with the first scheme that is imported for it.
    """

    code = models.CharField(_("Code"), max_length=30, unique=True, validators=[RegexValidator(CODE)])
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("Run by"))

    class Meta:
        default_permissions = ()
        verbose_name = _("Programme")
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=CODE), name="programme_code_is_plain")]
        triggers = [
            pgtrigger.ReadOnly(name="programme_stays_with_its_place", fields=["code", "unit"]),
            pgtrigger.Protect(name="programme_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name


def stars_only(name: str) -> pgtrigger.Trigger:
    """No row of the star rating may name the scheme of a programme."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("scheme_id"),
        condition=pgtrigger.Condition("NEW.scheme_id IS NOT NULL"),
        func="""
            IF EXISTS (
                SELECT FROM ratings_scheme s WHERE s.id = NEW.scheme_id AND s.programme_id IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'the scheme of a programme gives no star' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )
