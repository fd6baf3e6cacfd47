"""The county's mean over a cycle (formats, Extensions, ``to_mean``): one rule for the year and for a look ahead."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from ratings.application.questions import VILLAGE
from ratings.models import Answer, Application
from ratings.scheme.spec import NoSingleVariant, SchemeSpec
from ratings.scoring.county_mean import county_mean, relative_to_mean
from ratings.scoring.many import ManyUnits
from ratings.scoring.methods import exact_sum

State = Application.State


def county_means(spec: SchemeSpec, applications: QuerySet[Application]) -> dict[str, Decimal]:
    """The means over ``applications``, by item: of what villages have sent and departments have given.

    A rejected application no longer counts.
    """
    if not (items := _items(spec)):
        return {}
    rows = _reported(items, applications).order_by().values_list("item")
    summed = rows.annotate(total=Sum("value"), count=Count("pk"))
    return {items[item]: county_mean(total, count) for item, total, count in summed}


def means_as_read(spec: SchemeSpec, applications: QuerySet[Application]) -> dict[str, Decimal]:
    """``county_means`` as they would be under ``spec``, by those of the figures that it can accept."""
    if not (items := _items(spec)):
        return {}
    many, read = ManyUnits(spec), dict[str, list[Decimal]]()
    for answer in _reported(items, applications).select_related("application__unit"):
        try:
            accepted = many.accepted(answer.application.tags, {answer.item: answer.value})
        except NoSingleVariant:
            continue
        for item, value in accepted.items():
            read.setdefault(item, []).append(value)
    return {items[item]: county_mean(exact_sum(values), len(values)) for item, values in read.items()}


def _items(spec: SchemeSpec) -> dict[str, str]:
    """The items of the means by those of the figures."""
    return {code: criterion.mean_item for code, criterion in relative_to_mean(spec).items()}


def _reported(items: Collection[str], applications: QuerySet[Application]) -> QuerySet[Answer, Any]:
    given = Answer.objects.filter(application__in=applications, item__in=items, value__isnull=False)
    given = given.exclude(Q(source=VILLAGE) & Q(application__state=State.DRAFT))
    return given.exclude(application__state=State.REJECTED)
