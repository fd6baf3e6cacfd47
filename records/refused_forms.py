"""A form that was refused and whose step can no longer be taken: what the page still says of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BoundField, Form


@dataclass(frozen=True)
class Refusal:
    """Why it was refused, and label and text of what was typed."""

    errors: list[str]
    typed: list[tuple[str, str]]

    @classmethod
    def of(cls, form: Form) -> Refusal:
        errors = [str(error) for found in form.errors.values() for error in found]
        return cls(errors, [(str(field.label), _words(field)) for field in form.visible_fields() if field.value()])


def _words(field: BoundField) -> str:
    """The value of a field; of one that is chosen, how it reads."""
    return str(dict(getattr(field.field, "choices", ())).get(field.value(), field.value()))
