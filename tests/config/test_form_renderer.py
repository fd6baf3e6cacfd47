"""The fields of forms are written as Django's templates would write them."""

from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from config.form_renderer import FormRenderer

STARS = [("", _("All stars")), (1, "<one> & only"), ("2", mark_safe("<b>two</b>")), (3, 3000), (None, None)]


class Everything(forms.Form):
    text = forms.CharField(label="<Name>", max_length=5, widget=forms.TextInput({"title": '"<x>"', "readonly": True}))
    number = forms.DecimalField(localize=True, help_text="in <b>points</b>")
    whole = forms.IntegerField(min_value=0, widget=forms.NumberInput({"data-none": False}))
    day = forms.DateField()
    letter = forms.EmailField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    tick = forms.BooleanField()
    file = forms.FileField(required=False)
    long = forms.CharField(widget=forms.Textarea)
    star = forms.ChoiceField(choices=STARS)
    several = forms.MultipleChoiceField(choices=[("Group & one", STARS[:2]), (_("Group"), STARS[2:4])])
    radio = forms.ChoiceField(choices=STARS[:2], widget=forms.RadioSelect)
    ticks = forms.MultipleChoiceField(choices=STARS[:2], widget=forms.CheckboxSelectMultiple)
    yes = forms.NullBooleanField()


FILLED = {
    "text": '"><script>',
    "number": "1234.50",
    "whole": "-1",
    "day": date(2026, 11, 28),
    "letter": "nobody",
    "hidden": "<h>",
    "tick": "on",
    "long": "</textarea>",
    "star": "2",
    "several": ["1", "3"],
    "radio": "1",
    "ticks": [""],
    "yes": "true",
}


@pytest.mark.parametrize("typed", [None, {}, FILLED])
@pytest.mark.parametrize("initial", [None, FILLED])
def test_every_field_is_written_as_by_the_templates(typed, initial):
    ours, theirs = (
        Everything(typed, initial=initial, renderer=renderer) for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert [str(field.as_field_group()) for field in ours] == [str(field.as_field_group()) for field in theirs]
    assert str(ours) == str(theirs)
