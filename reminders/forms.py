"""The sentence that goes with a reminder."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 60


class RemindForm(forms.Form):
    sentence = forms.CharField(
        label=_("Your sentence"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("At most 60 characters; it may stay empty."),
    )
