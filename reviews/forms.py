"""What anybody types who objects to a name on a public list: the same for a star and for a model village."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PublicObjectionForm(forms.Form):
    """A subclass adds the field for what is objected to. ``website`` is a honeypot: people do not see it, bots fill it
    in.
    """

    text = forms.CharField(
        label=_("What is not right"),
        help_text=_("What happened, when, and how you know"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    name = forms.CharField(
        label=_("Your name (optional)"),
        help_text=_("Leave it empty to stay anonymous. Only the people who handle it see it."),
        max_length=50,
        required=False,
    )
    contact = forms.CharField(label=_("How to reach you (optional)"), max_length=100, required=False)
    photo = forms.FileField(
        label=_("Photo (optional)"),
        help_text=_("Only the people who handle it see it."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)
