"""What a person typed → the fact, or why it is invalid (formats §1–2)."""

import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.scheme.spec import Criterion, Question
from ratings.scoring.methods import WrongFact, check_fact
from ratings.scoring.typed_figures import decimal, figure
from records.cells import code
from records.numbers import Ambiguous, plain, without_groups
from records.refusals import Incomplete

LONGEST = 40
TOO_LARGE = Decimal(10) ** 12


def parsed_answer(criterion: Criterion, question: Question, typed: str) -> Decimal | None:
    """The fact in ``typed``; None when nothing is typed. Raises ``Incomplete`` with what was expected.

    More than 10 decimals are rounded half up to 10. Full-width digits count as digits, and ``,`` may group thousands
    where it cannot be meant as a decimal point; units do not belong in the field.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    if len(typed) > LONGEST:
        raise Incomplete(_("This is too long for a figure."))
    try:
        value = decimal(without_groups(text))
    except Ambiguous as asked:
        raise Incomplete(str(asked)) from None
    if value is None or abs(value) >= TOO_LARGE:
        raise Incomplete(_("Digits only, such as 4.5."))
    try:
        check_fact(criterion, question, value)
    except WrongFact as wrong:
        raise Incomplete(_("Expected: %s.") % wrong.expected) from None
    return value


def typed_in_file(question: Question, text: str) -> str:
    """The content of a sheet's cell as a person would type it into the form, where ``parsed_answer`` checks it.

    Nobody can be asked whether a single comma is a decimal point: raises ``Incomplete``.
    """
    value = figure(question, text)
    if value is None and "," in code(text):
        raise Incomplete(_("Expected: %s.") % _("a number without a comma, such as 1234.5"))
    return text if value is None else plain(value)
