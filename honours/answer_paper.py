"""The answer to "may this village be honoured?" as a paper, with the check code under which it was kept."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from honours.eligibility import words_of
from honours.models import EligibilityAnswer
from records.documents import Names, Signatures, Table, document


def answer_paper(answer: EligibilityAnswer, areas: dict[str, str]) -> bytes:
    selection = answer.selection
    verdict = _("It may be honoured.") if answer.eligible else _("It may not be honoured.")
    return document(
        _("Answer about an honour"),
        [
            Names(
                [
                    (_("Village"), answer.unit.name),
                    (_("List for honours"), selection.name),
                    (_("Asked for by"), selection.asked_by),
                    (_("What for"), answer.purpose),
                    (_("Day"), date_format(selection.on, "DATE_FORMAT")),
                    (_("Answer"), verdict),
                ]
            ),
            Table(
                [_("Condition"), _("Outcome")],
                [
                    (words_of(one, selection, areas), _("Met") if one["met"] else _("Not met"))
                    for one in answer.conditions
                ],
                widths=(4, 1),
            ),
            Signatures([_("(Seal)")]),
        ],
        place=selection.unit.name,
        code=answer.code,
    )
