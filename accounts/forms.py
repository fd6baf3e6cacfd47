"""Forms of the pages of people."""

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField, DayInput
from accounts.models import CalendarDay, User
from accounts.roles import ROLES, Role
from accounts.workflow import givable
from villages.models import Unit, below_any


class AppointmentForm(forms.Form):
    """Who, as what, where, from when to when. A name that no account has yet opens one."""

    username = forms.CharField(
        label=_("Account name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_(
            "Letters, digits, dots, - and _. An account that exists keeps its password; a new one gets one, shown once."
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=50)
    email = forms.EmailField(label=_("E-mail (may be empty)"), required=False)
    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=_("Choose"))
    department = forms.CharField(label=_("Name of the department (for departments)"), max_length=50, required=False)
    starts = DayField(label=_("First day"), initial=timezone.localdate)
    ends = DayField(label=_("Last day (may be empty)"), required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        roles = givable(by)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]
        levels = {level for role in roles for level in ROLES[role].levels}
        reach = {code for codes in roles.values() for code in codes}
        self.fields["unit"].queryset = Unit.objects.filter(below_any(reach), level__in=levels).order_by("code")
        self.existing: User | None = None

    def clean(self) -> dict:
        """Find the person; a name that does not fit the account is most likely the wrong account."""
        given = super().clean()
        self.existing = User.objects.filter(username=given.get("username", "")).first()
        if self.existing and given.get("name") != self.existing.name:
            self.add_error("name", _("This account belongs to somebody else. Choose another account name."))
        return given


class AppointmentSearch(forms.Form):
    q = forms.CharField(label=_("Name, account or unit code"), required=False, max_length=50)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("In force")), ("all", _("All, past ones too"))]
    )


class EndForm(forms.Form):
    on = DayField(label=_("Last day"), initial=timezone.localdate)


class LockForm(forms.Form):
    username = forms.CharField(label=_("Account name"), max_length=150)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class TrailFilter(forms.Form):
    """Which changes to show."""

    person = forms.CharField(label=_("Account name"), required=False, max_length=150)
    unit = forms.RegexField(label=_("Division code"), required=False, regex=r"^[0-9A-Z]{2,12}$")
    kind = forms.ChoiceField(label=_("What"), required=False)
    until = DayField(label=_("Up to the day"), required=False)

    def __init__(self, *args, kinds: dict[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Everything")), *kinds.items()]


class CalendarDayForm(forms.ModelForm):
    """A day that is worked, or not, other than the calendar says."""

    working = forms.TypedChoiceField(
        label=_("This day is"),
        choices=[("yes", _("a working day")), ("no", _("a day off"))],
        coerce=lambda value: value == "yes",
    )

    class Meta:
        model = CalendarDay
        fields = ["day", "working"]
        labels = {"day": _("Day")}
        widgets = {"day": DayInput()}
