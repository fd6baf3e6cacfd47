"""Narrowing the bell by group of kinds, by place (with all below it), and to what is unread."""

from collections import Counter
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, Group
from notifications.models import Notice
from villages.models import Unit, township_of


def kinds_of(group: str) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.group == group]


class BellFilter(forms.Form):
    """The choices are those that one's own notices give, each with the number of unread ones."""

    group = forms.ChoiceField(label=_("About"), required=False)
    unit = forms.ChoiceField(label=_("Of which place"), required=False)
    read = forms.ChoiceField(
        label=_("Read or not"), required=False, choices=[("", _("All notices")), ("no", _("Unread only"))]
    )

    def __init__(self, typed: Any, notices: QuerySet[Notice]) -> None:
        super().__init__(typed)
        groups: Counter[Group] = Counter()
        places: Counter[str] = Counter()
        unread = Count("pk", filter=Q(read_at=None))
        for kind, code, n in notices.order_by().values_list("kind", "unit_code").annotate(n=unread):
            if kind in KINDS:
                groups[KINDS[kind].group] += n
            for place in {code, township_of(code)} - {""}:
                places[place] += n
        self.waiting = [(group, groups[group]) for group in Group if groups[group]]
        """How many notices of each group are unread."""
        named = Unit.objects.filter(code__in=places).order_by("code")
        self.fields["group"].choices = [
            ("", gettext("Everything")),
            *((group.value, _counted(group.label, groups[group])) for group in Group if group in groups),
        ]
        self.fields["unit"].choices = [
            ("", gettext("All places")),
            *((code, _counted(name, places[code])) for code, name in named.values_list("code", "name")),
        ]

    def narrow(self, notices: QuerySet[Notice]) -> QuerySet[Notice]:
        """None for a choice that does not exist."""
        if not self.is_valid():
            return notices.none()
        chosen = self.cleaned_data
        if chosen["group"]:
            notices = notices.filter(kind__in=kinds_of(chosen["group"]))
        if chosen["unit"]:
            notices = notices.filter(unit_code__startswith=chosen["unit"])
        return notices.filter(read_at=None) if chosen["read"] else notices


def _counted(label: Any, unread: int) -> str:
    return gettext("%(label)s (%(n)s new)") % {"label": label, "n": unread} if unread else str(label)
