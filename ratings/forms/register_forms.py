"""Forms of the register and of events. They validate the input; permissions are checked by the workflow."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from accounts.templatetags.face import star_name
from ratings.events.applicable_scheme import stars_offered
from ratings.models import Event
from villages.forms.township_filter import TownshipFilterForm


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

    def day_in(self, event: Event) -> date | None:
        """The day that was typed, if ``event`` can be closed on it."""
        on: date = self.cleaned_data["on"]
        return on if event.on <= on <= timezone.localdate() else None


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
