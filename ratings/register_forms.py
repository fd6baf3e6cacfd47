"""Forms of the register and of events. They say what was typed wrong; who may do what, the workflow says."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from ratings.certificate import code_of, decision_of
from ratings.models import Event
from records.documents import issued

STARS = [("", _("All stars")), *((str(n), str(n)) for n in range(10))]


class RegisterFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or division code"), max_length=50, required=False)
    star = forms.ChoiceField(label=_("Star"), choices=STARS, required=False)


class PublicSearchForm(forms.Form):
    q = forms.CharField(label=_("Name, pinyin or its first letters"), max_length=50, required=False)


class KnownOnForm(forms.Form):
    known = DayField(label=_("As it was known on"))

    def end_of_day(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["known"] + timedelta(days=1), time()))


class EventFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or division code"), max_length=50, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All events")), ("open", _("Not rectified")), ("closed", _("Rectified")), ("held", _("Held"))],
    )


class UnitSearchForm(forms.Form):
    q = forms.CharField(label=_("Name or division code"), max_length=50)


class EventForm(forms.ModelForm):
    """``kinds``: names by code of the events that may be recorded."""

    on = DayField(label=_("Day"), help_text=_("The day on which it happened, not one to come."))
    kind = forms.ChoiceField(label=_("Event"), widget=forms.RadioSelect)
    held = forms.BooleanField(
        label=_("Hold it back for now"), required=False, help_text=_("It has no effect until it is released.")
    )

    class Meta:
        model = Event
        fields = ["kind", "on", "source", "note", "held"]
        help_texts = {"source": _("Document or office. It tells two events of one day apart.")}
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, kinds: dict[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())


class CloseForm(forms.Form):
    on = DayField(label=_("Rectified on"))
    reason = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}))


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CertificateForm(forms.Form):
    """The check code of a certificate or of any other paper that was given out."""

    code = forms.CharField(label=_("Check code"), max_length=30, help_text=_("As it stands on the paper."))

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        if decision := decision_of(typed):
            return code_of(decision)
        if paper := issued(typed):
            return paper.code
        raise forms.ValidationError(_("We have given out no paper with this code. Please check what you typed."))
