"""Forms of payee accounts. They validate the input; permissions are checked by the workflow."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from incentives.models import PayeeAccount
from incentives.payees.accounts import reach_of
from villages.forms.township_filter import TownshipFilterForm
from villages.models import UnitQuerySet, below, matching

State = PayeeAccount.State
NUMBER = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-unkept": True})
"""No device keeps whole numbers: the person types it again after signing in again."""


class PayeeFilterForm(TownshipFilterForm):
    """Which units are listed: by place, and how far their account is."""

    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("All")),
            (State.PROPOSED.value, State.PROPOSED.label),
            ("none", _("No account")),
            (State.IN_FORCE.value, State.IN_FORCE.label),
        ],
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, codes=sorted(reach_of(user)), **kwargs)

    def choose(self, units: UnitQuerySet) -> UnitQuerySet:
        given = self.cleaned_data
        if township := given.get("township"):
            units = units.filter(below(township))
        accounts = PayeeAccount.objects.filter(unit=OuterRef("pk"))
        if given["state"] == "none":
            units = units.filter(~Exists(accounts.filter(state=State.IN_FORCE)))
        elif given["state"]:
            units = units.filter(Exists(accounts.filter(state=given["state"])))
        return units.filter(matching(given["q"]))


class ProposeAccountForm(forms.Form):
    holder = forms.CharField(label=_("Account holder"), max_length=100)
    bank = forms.CharField(label=_("Bank and branch"), max_length=100)
    number = forms.CharField(
        label=_("Account number"),
        max_length=60,
        widget=NUMBER,
        help_text=_("As on the bank's paper. Afterwards only its last four digits are shown."),
    )


class ConfirmAccountForm(forms.Form):
    """The whole number is typed again, so that two people have read it on the paper."""

    number = forms.CharField(
        label=_("Account number, typed again from the paper"),
        max_length=60,
        widget=NUMBER,
        help_text=_("It is not shown: it has to be the same as the one that was proposed."),
    )
