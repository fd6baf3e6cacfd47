"""Forms of the pages about people."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import audit_words
from accounts.appointment_import import NAME
from accounts.fields import AccountNameField, DayField, DayInput, PhoneField
from accounts.models import Appointment, CalendarDay, User
from accounts.roles import ROLES, VILLAGE_POSTS, Role
from accounts.scopes import scopes_for
from accounts.trail_records import LONGEST_REASON
from accounts.workflow import Who, givable
from records import cells
from records.sheet_upload import SheetUploadField
from villages.models import Unit, below_any

BOTH = "both"
MOST_PLACES = 50
"""How many places may match a name that was typed in part: more are refused, never truncated."""


class NameField(forms.CharField):
    """A person's name, cleaned."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        try:
            return cells.name(text)
        except ValueError as expected:
            raise forms.ValidationError(_("Expected: %s.") % expected) from None


class PersonForm(forms.Form):
    """The person to appoint: an account by both its names, or somebody new."""

    name = NameField(
        label=_("Name"),
        max_length=50,
        validators=[RegexValidator(f"^{NAME.pattern}$", _("Please enter the person's name as it is written."))],
    )
    username = AccountNameField(
        label=_("Account name (empty for somebody new)"),
        required=False,
        help_text=_("People with an account keep it, and its password. For somebody new one is opened."),
    )
    another = forms.BooleanField(
        label=_("Somebody of this name has an office here already, and this is another person"), required=False
    )
    phone = PhoneField(label=_("Telephone (may be empty)"))
    email = forms.EmailField(label=_("E-mail (may be empty)"), required=False)

    @property
    def who(self) -> Who:
        given = self.cleaned_data
        return Who(given["name"], given["username"], given["email"], given["another"])


class AppointmentForm(PersonForm):
    """Who, in which role, where, from when to when."""

    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=_("Choose"))
    department = forms.CharField(
        label=_("Name of the department or helper unit (for these two)"), max_length=50, required=False
    )
    starts = DayField(label=_("First day"), initial=timezone.localdate)
    ends = DayField(label=_("Last day (may be empty)"), required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        roles = givable(by)
        choices = [(role, Role(role).label) for role in roles]
        if set(VILLAGE_POSTS) <= set(roles):
            choices.insert(len(VILLAGE_POSTS), (BOTH, _("Filler and signer, both posts in one person")))
        self.fields["role"].choices = choices
        levels = {level for role in roles for level in ROLES[role].levels}
        reach = {code for codes in roles.values() for code in codes}
        self.fields["unit"].queryset = Unit.objects.filter(below_any(reach), level__in=levels).order_by("code")

    @property
    def roles(self) -> tuple[str, ...]:
        role = self.cleaned_data["role"]
        return VILLAGE_POSTS if role == BOTH else (role,)

    @property
    def post(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("unit", "department", "phone", "starts", "ends")}


class HandoverForm(PersonForm):
    """The successor, the predecessor's last day, and which of the predecessor's posts on the unit are handed over."""

    on = DayField(label=_("Last day of the predecessor"), initial=timezone.localdate)
    posts = forms.ModelMultipleChoiceField(
        label=_("Offices that pass on"), queryset=Appointment.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ["on", "posts"]

    def __init__(self, *args, posts: QuerySet[Appointment], **kwargs) -> None:
        super().__init__(*args, initial={"posts": [post.pk for post in posts]}, **kwargs)
        self.fields["posts"].queryset = posts
        self.fields["posts"].label_from_instance = lambda post: post.office


class DeputyForm(forms.Form):
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        empty_label=_("Choose"),
        help_text=_("Somebody who holds another office on the same unit today."),
    )
    starts = DayField(label=_("First day"), initial=timezone.localdate)
    ends = DayField(label=_("Last day"))

    def __init__(self, *args, colleagues: QuerySet[User], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = colleagues


class CadreListForm(forms.Form):
    sheet = SheetUploadField(label=_("Cadre list (Excel or CSV)"))


class AppointmentSearch(forms.Form):
    q = forms.CharField(label=_("Name, account or unit code"), required=False, max_length=50)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("In force")), ("all", _("All, past ones too"))]
    )


class EndForm(forms.Form):
    on = DayField(label=_("Last day"), initial=timezone.localdate)


class LockForm(forms.Form):
    LOCK, LOST_FACTOR, ERASE = "lock", "second_factor", "erase"

    step = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            (LOCK, _("The account must be locked")),
            (LOST_FACTOR, _("The person lost the second factor and the recovery codes")),
            (ERASE, _("Telephone numbers and e-mail must be erased")),
        ],
        initial=LOCK,
        required=False,
    )
    username = AccountNameField(label=_("Account name"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class TokenForm(forms.Form):
    """A token for a program: offers the scopes that its holder may use."""

    name = forms.CharField(
        label=_("Name of the token"),
        max_length=50,
        help_text=_("Which program uses it, such as: accounts of the finance bureau."),
    )
    scope = forms.ChoiceField(label=_("What it may do"))
    until = DayField(label=_("Last day"), initial=lambda: timezone.localdate() + timedelta(days=90))

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [(scope, scope.label) for scope in scopes_for(by.grants)]


class TrailFilter(forms.Form):
    """Which changes to show: names and accounts, names and codes of places are typed as people know them."""

    person = forms.CharField(label=_("Name or account name"), required=False, max_length=50)
    unit = forms.CharField(label=_("Name or code of the place"), required=False, max_length=50)
    kind = forms.ChoiceField(label=_("What"), required=False)
    step = forms.ChoiceField(label=pgettext_lazy("audit trail", "Step"), required=False)
    since = DayField(label=_("From the day"), required=False)
    until = DayField(label=_("Up to the day"), required=False)

    def __init__(self, *args, kinds: dict[str, str], reach: Sequence[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._reach = reach
        self.fields["kind"].choices = [("", _("Everything")), *kinds.items()]
        self.fields["step"].choices = [("", _("Every step")), *audit_words.steps().items()]

    def clean_unit(self) -> str:
        typed = self.cleaned_data["unit"].strip()
        self._matching = self._places(typed)
        if self._matching is not None and len(self._matching) > MOST_PLACES:
            raise forms.ValidationError(
                _("More than %(most)d places match this name: please type more of the name."),
                params={"most": MOST_PLACES},
            )
        return typed

    @property
    def asked(self) -> dict[str, Any]:
        """The fields of ``audit_trail.Asked``."""
        given = self.cleaned_data
        return {
            "people": self._people(given["person"].strip()),
            "places": self._matching,
            **{name: given[name] for name in ("kind", "step", "since", "until")},
        }

    def _people(self, typed: str) -> list[int] | None:
        if not typed:
            return None
        named = Q(name__contains=typed) | Q(username=User.normalize_username(typed))
        return list(User.objects.filter(named).values_list("pk", flat=True))

    def _places(self, typed: str) -> list[str] | None:
        """The nearest places, one more than may match at most."""
        if not typed:
            return None
        if typed.isascii() and typed[0].isdigit():
            return ["".join(typed.upper().split())]
        found = Unit.objects.within_any(self._reach).matching(typed).order_by("code").values_list("code", flat=True)
        return list(islice(nearest(found.iterator()), MOST_PLACES + 1))


def nearest(codes: Iterable[str]) -> Iterator[str]:
    """Sorted ``codes`` without those below another of them."""
    last = None
    for code in codes:
        if last is None or not code.startswith(last):
            yield code
            last = code


class SeenForm(forms.Form):
    """Which groups of changes were reviewed, and what was found."""

    groups = forms.MultipleChoiceField(label=_("Groups"), required=False)
    every = forms.BooleanField(label=_("All groups of this page"), required=False)
    reason = forms.CharField(
        label=_("What you compared them with"),
        max_length=LONGEST_REASON,
        help_text=_("For example: compared with the cadre list of the county office."),
    )

    def __init__(self, *args, keys: Sequence[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [(key, key) for key in keys]

    @property
    def chosen(self) -> list[str]:
        every = [key for key, _name in self.fields["groups"].choices]
        return every if self.cleaned_data["every"] else self.cleaned_data["groups"]

    @property
    def said(self) -> dict[str, str]:
        return {"reason": self.cleaned_data["reason"]}


class SavedFilterForm(forms.Form):
    """The name of a list's filter, and whom it is for; ``of``: the list's address with what is chosen in it."""

    of = forms.CharField(widget=forms.HiddenInput, max_length=1000)
    name = forms.CharField(label=_("Name of the filter"), max_length=30)
    share = forms.ChoiceField(label=_("For whom"), required=False)

    def __init__(self, *args, posts: Sequence[Appointment], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._posts = {str(post.pk): post for post in posts}
        offices = [
            (key, _("All who hold: %(role)s, %(unit)s") % {"role": post.office, "unit": post.unit.name})
            for key, post in self._posts.items()
        ]
        self.fields["share"].choices = [("", _("For me alone")), *offices]

    @property
    def office(self) -> Appointment | None:
        return self._posts.get(self.cleaned_data["share"])


class CalendarDayForm(forms.ModelForm):
    """A day that is or is not worked, contrary to the calendar."""

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
