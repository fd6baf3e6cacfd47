"""The form of a robot. Address and secret are written, never shown again."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, Group
from notifications.models import Robot
from notifications.models.robot import Platform
from notifications.outgoing import addresses, client
from notifications.outgoing.failures import Failure
from records.cells import one_line
from villages.models import Level, Unit

FIELDS = ["unit", "name", "platform", "address", "secret", "no_secret", "kinds", "quiet", "active"]
NO_OFFICE = (Level.VILLAGE, Level.STATION)


def kinds_by_words() -> dict[tuple[Group, str], list[str]]:
    """The kinds that may leave, by group and by what a robot says of them."""
    alike = defaultdict(list)
    for name, kind in KINDS.items():
        if kind.outside is not None:
            alike[kind.group, str(kind.outside % {"count": 3})].append(name)
    return alike


class OutsideKinds(forms.MultipleChoiceField):
    """Kinds by what a robot says of them, by group: the choice is the preview. Those that read alike are one choice,
    under the first of their names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **options)
        self.alike = kinds_by_words()
        self.choices = [
            (str(group.label), [(names[0], words) for (one, words), names in self.alike.items() if one == group])
            for group in Group
            if any(one == group for one, _words in self.alike)
        ]

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        return [name for names in self.alike.values() if names[0] in chosen for name in names]

    def first_of(self, kinds: Collection[str]) -> list[str]:
        """What is ticked for a robot that hears ``kinds``."""
        return [names[0] for names in self.alike.values() if set(names) & set(kinds)]


class RobotForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("Office"), queryset=Unit.objects.none(), empty_label=_("Choose"))
    name = forms.CharField(label=_("Name of the work group"), max_length=50)
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform)
    address = forms.CharField(
        label=pgettext_lazy("robot", "Address"),
        max_length=1000,
        help_text=_("As the platform gives it, with its token. It is kept encrypted and not shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    secret = forms.CharField(
        label=_("Secret (may be empty)"),
        max_length=200,
        required=False,
        help_text=_(
            "DingTalk: the text that begins with SEC, under “signature”. Choose it as the only safety setting."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    no_secret = forms.BooleanField(label=_("Remove the secret"), required=False)
    quiet = forms.BooleanField(label=_("Quiet at night and on days off"), required=False, initial=True)
    active = forms.BooleanField(label=pgettext_lazy("robot", "Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, reach: list[str], robot: Robot | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"] = OutsideKinds(label=_("What the group is told"), required=False)
        self.order_fields(FIELDS)
        if robot is None:
            offices = Unit.objects.standing().within_any(reach).exclude(level__in=NO_OFFICE)
            self.fields["unit"].queryset = offices.order_by("code")
            del self.fields["no_secret"], self.fields["active"]
            return
        del self.fields["unit"], self.fields["platform"]
        self.fields["address"].required = False
        self.fields["address"].help_text = gettext("Empty: it stays %(address)s.") % {"address": robot.shown}
        if robot.secret_encrypted:
            self.fields["secret"].help_text = gettext("A secret is set. Empty: it stays.")
        else:
            del self.fields["no_secret"]
        self.initial = {
            "name": robot.name,
            "kinds": self.fields["kinds"].first_of(robot.kinds),
            "quiet": robot.quiet,
            "active": robot.active,
        }

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean_address(self) -> str:
        typed = self.cleaned_data["address"]
        if not typed:
            return typed
        try:
            parts = client.split(typed)
        except Failure:
            raise forms.ValidationError(
                gettext("A whole address is expected, such as https://oapi.dingtalk.com/robot/send?access_token=…")
            ) from None
        if addresses.leads_inside((parts.hostname or ""), parts.port or client.PORTS[parts.scheme]):
            raise forms.ValidationError(
                gettext("This address lies inside a network. The operator of the system may name it in ROBOT_HOSTS.")
            )
        return typed
