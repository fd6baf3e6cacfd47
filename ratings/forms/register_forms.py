"""Forms of the register and of events. They validate the input; permissions are checked by the workflow."""

from datetime import datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from accounts.templatetags.face import star_name
from ratings.events.applicable_scheme import stars_offered
from villages.models import below, matching
from villages.townships import to_choose


class TownshipFilterForm(forms.Form):
    """Rows of units by name or code and, where the user reaches several, by township.

    ``form_id``: the form that the fields belong to, where they are inside another one.
    """

    q = forms.CharField(label=_("Name or division code"), max_length=50, required=False)
    township = forms.ChoiceField(label=_("Township"), required=False)

    def __init__(self, *args, codes: list[str], form_id: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if townships := to_choose(codes):
            self.fields["township"].choices = [("", _("All townships")), *((one.code, one.name) for one in townships)]
        else:
            del self.fields["township"]
        if form_id:
            for field in self.fields.values():
                field.widget.attrs["form"] = form_id

    @property
    def asks(self) -> bool:
        """Whether anything is searched for or chosen."""
        return self.is_valid() and any(self.cleaned_data.values())

    def narrow(self, rows: QuerySet) -> QuerySet:
        """Those of ``rows``, each with its ``unit``, that match the search and the choice."""
        if township := self.cleaned_data.get("township"):
            rows = rows.filter(below(township, "unit_id"))
        return rows.filter(matching(self.cleaned_data["q"], "unit__"))


class RegisterFilterForm(TownshipFilterForm):
    star = forms.ChoiceField(label=_("Star"), required=False)

    def __init__(self, *args, codes: list[str], **kwargs) -> None:
        super().__init__(*args, codes=codes, **kwargs)
        offered = reversed(stars_offered(codes))
        self.fields["star"].choices = [("", _("All stars")), *((str(star), star_name(star)) for star in offered)]

    def narrow(self, rows: QuerySet) -> QuerySet:
        star = self.cleaned_data["star"]
        return super().narrow(rows.filter(star=star) if star else rows)


class PublicSearchForm(forms.Form):
    q = forms.CharField(label=_("Name, pinyin or its first letters"), max_length=50, required=False)


class KnownOnForm(forms.Form):
    known = DayField(label=_("As it was known on"))

    def end_of_day(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["known"] + timedelta(days=1), time()))


class EventFilterForm(TownshipFilterForm):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All events")), ("open", _("Not rectified")), ("closed", _("Rectified")), ("held", _("Held"))],
    )

    def narrow(self, rows: QuerySet) -> QuerySet:
        rows = super().narrow(rows)
        return {
            "open": rows.filter(closed=None, held=False, reversal=None),
            "closed": rows.exclude(closed=None),
            "held": rows.filter(held=True),
        }.get(self.cleaned_data["state"], rows)


class UnitSearchForm(forms.Form):
    q = forms.CharField(label=_("Name or division code"), max_length=50)


class CloseForm(forms.Form):
    on = DayField(label=_("Rectified on"))
    reason = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}))


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
