"""The kinds of notice of reviews, in the reader's language."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "panel_seat": _("You sit on the panel of %(unit)s for %(year)s"),
    "panel_finished": _("The panel has scored %(count)s applications: they can be decided"),
    "reviewer_recused": _("%(reviewer)s has stepped back from %(unit)s: please see whether two reviewers remain"),
    "application_corrected": _("%(unit)s has corrected what was returned: your sheet is open again"),
    "applications_recommended": _("%(count)s applications are recommended to the county"),
    "application_rejected": _("%(unit)s is not rated this year: %(reason)s"),
    "application_sent_back": _("The county sends %(unit)s back: %(reason)s"),
    "check_opened": _("%(unit)s: please answer the joint check of %(count)s candidates until %(until)s"),
    "check_answered": _("%(department)s has answered the joint check: nothing found"),
    "check_found": _("%(department)s has answered the joint check: a veto item for %(count)s villages"),
    "check_lapsed": _("%(unit)s proceeds without your answer to the joint check; you may still give it"),
    "result_released": _("%(unit)s: the result is under public notice until %(last_day)s"),
    "batch_released": _("%(document)s is released: %(count)s results under public notice until %(last_day)s"),
    "objection_made": _("An objection about %(unit)s waits for an answer"),
    "objection_upheld": _("An objection about %(unit)s was upheld: it is decided anew"),
    "appeal_made": _("%(unit)s appeals its result: please convene the people who hear it"),
    "appeal_against": _("%(unit)s appeals its result to the level above"),
    "appeal_hearer": _("You are to hear the appeal of %(unit)s"),
    "appeal_dismissed": _("The appeal of %(unit)s was dismissed: %(answer)s"),
    "appeal_upheld": _("The appeal of %(unit)s was upheld: %(star)s stars from %(on)s"),
    "appeal_reversed": _("The appeal of %(unit)s was upheld: %(answer)s"),
    "appeal_lapsed": _("%(unit)s: the result you appealed is no longer valid; the new one may be appealed"),
    "star_confirmed": _("%(unit)s holds %(star)s stars from %(on)s"),
}
