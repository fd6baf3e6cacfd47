"""Form fields shared by every app: dates and times with the browser's own picker; account names, telephone numbers."""

import re
from typing import Any

from django import forms

from accounts.models import User
from accounts.phones import KEPT, phone_of, spelt


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class DayField(forms.DateField):
    """Also accepts a date typed with hyphens or slashes where the browser has no picker."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DayInput(), input_formats=["%Y-%m-%d", "%Y/%m/%d"], **options)


class AccountNameField(forms.CharField):
    """In lower case, however it was typed."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false", "autocomplete": "off"}
        super().__init__(max_length=150, widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> str:
        return User.normalize_username(super().to_python(value))


class TelephoneInput(forms.TextInput):
    input_type = "tel"

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "tel", "autocomplete": "tel-national"})


class PhoneField(forms.CharField):
    """A telephone number, as people write it; "" where none is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=40, widget=TelephoneInput(), **options)

    def prepare_value(self, value: Any) -> Any:
        """In groups, as people read it out."""
        return spelt(value) if value and re.match(KEPT, value) else value

    def clean(self, value: Any) -> str:
        return phone_of(super().clean(value))
