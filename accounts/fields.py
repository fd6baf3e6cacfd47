"""Form fields for days and moments, as every app asks for them: the browser's own picker, in its own language."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class DayField(forms.DateField):
    """Also takes a day typed with strokes where the browser has no picker."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DayInput(), input_formats=["%Y-%m-%d", "%Y/%m/%d"], **options)
