"""What is wrong with a draft, by the names of the fields in which it can be corrected."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from ratings.forms.scheme_fields import Field
from ratings.forms.scheme_parts import (
    EFFECTS,
    KINDS,
    METHODS,
    PARTS,
    RULES,
    STEPS,
    criterion_form,
    part_form,
    row_label,
)
from ratings.scheme.drafting import Body
from ratings.scheme.problems import Problem, Term
from ratings.scheme.wording import supplier_words
from villages.models import Level

_CHOICES = {"method": METHODS, "kind": KINDS, "rule": RULES, "does": EFFECTS, "step": STEPS, "rates": Level.choices}
_INSIDE = re.compile(r"(?:areas\[\d+\]\.)?(?:criteria\[\d+\]\.)?(\w+)(?:\[(\d+)\])?(?:\.(\w+))?")
_LISTED = ("shares", "points", "figures")
"""Kinds of fields that hold several values in one text."""


@dataclass(frozen=True)
class FieldFault:
    """A problem with the part where it can be corrected, what that part is called, and what it contains."""

    problem: Problem
    part: str
    title: str
    value: Body

    @cached_property
    def words(self) -> str:
        """The field, where it is in one, and what is wrong with it."""
        label, message = self._where[0], self._told.message
        return _("%(name)s: %(value)s") % {"name": label, "value": message} if label else message

    @cached_property
    def expected(self) -> str:
        """How several values in one text are written; nothing where it would only be the name of the field again."""
        label, field = self._where
        whole = field is not None and self.problem.place.endswith(f".{field.key}") and not self.problem.terms
        if field is not None and field.kind in _LISTED and whole:
            return _("such as %s") % field.hint
        return "" if label.endswith(self._told.expected) else self._told.expected

    @cached_property
    def _told(self) -> Problem:
        return self.problem.in_words(self._word)

    @cached_property
    def _where(self) -> tuple[str, Field | None]:
        """What the page calls the place, and its field; no name for a part as a whole."""
        inside = _INSIDE.match(self.problem.place)
        if not self.part or inside is None:
            return "", None
        key, number, column_key = inside.groups()
        form = part_form(self.part, self.value)
        if table := next((table for table in form.tables if table.key == key), None):
            if number is None:
                return str(table.label), None
            if column := next((column for column in table.columns if column.key == column_key), None):
                return row_label(table, int(number), column), column
            return table.row(int(number)), None
        field = next((field for field in form.fields if field.key == key), None)
        return (str(field.label), field) if field else ("", None)

    def _word(self, term: Term) -> str:
        """A word of the file format as the page says it."""
        if term.value:
            return _value(term)
        own = part_form(self.part, self.value) if self.part else PARTS["head"]
        forms = (own, *PARTS.values(), *(criterion_form(method) for method, _name in METHODS))
        fields = [field for form in forms for field in (*form.fields, *(c for t in form.tables for c in t.columns))]
        return next((str(field.label) for field in fields if field.key == term.key), term.key)


def _value(term: Term) -> str:
    if term.key != "supplier":
        return str(dict(_CHOICES.get(term.key, ())).get(term.value, term.value))
    return _("a department") if term.value.startswith("department:") else supplier_words(term.value)
