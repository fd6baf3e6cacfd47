"""The forms of steps that ask for one thing: why, or by which document. A step that asks for nothing takes ``Form``."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class DocumentForm(forms.Form):
    document = forms.CharField(label=_("Document number"), max_length=100)
