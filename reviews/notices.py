"""The kinds of notice of reviews, in the reader's language."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind

KINDS = {
    "panel_seat": Kind(
        _("You sit on the panel of %(unit)s for %(year)s"),
        Group.REVIEW,
        outside=ngettext_lazy("%(count)s seat on a panel was given", "%(count)s seats on panels were given", "count"),
    ),
    "panel_finished": Kind(
        _("The panel has scored %(count)s applications: they can be decided"),
        Group.REVIEW,
        outside=ngettext_lazy("%(count)s application can be decided", "%(count)s applications can be decided", "count"),
        counts="count",
    ),
    "reviewer_recused": Kind(
        _("%(reviewer)s has stepped back from %(unit)s: please see whether two reviewers remain"),
        Group.REVIEW,
        outside=None,
    ),
    "application_corrected": Kind(
        _("%(unit)s has corrected what was returned: your sheet is open again"),
        Group.REVIEW,
        outside=ngettext_lazy("%(count)s score sheet is open again", "%(count)s score sheets are open again", "count"),
    ),
    "applications_recommended": Kind(
        _("%(count)s applications are recommended to the county"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s application is recommended to the county",
            "%(count)s applications are recommended to the county",
            "count",
        ),
        counts="count",
    ),
    "application_rejected": Kind(_("%(unit)s is not rated this year: %(reason)s"), Group.APPLICATION, outside=None),
    "application_sent_back": Kind(_("The county sends %(unit)s back: %(reason)s"), Group.APPLICATION, outside=None),
    "check_opened": Kind(
        _("%(unit)s: please answer the joint check of %(count)s candidates until %(until)s"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s joint check is to be answered", "%(count)s joint checks are to be answered", "count"
        ),
        until="until",
    ),
    "check_answered": Kind(
        _("%(department)s has answered the joint check: nothing found"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s answer to a joint check has come in", "%(count)s answers to joint checks have come in", "count"
        ),
    ),
    "check_found": Kind(
        _("%(department)s has answered the joint check: a veto item for %(count)s units"), Group.REVIEW, outside=None
    ),
    "check_lapsed": Kind(
        _("%(unit)s proceeds without your answer to the joint check; you may still give it"), Group.REVIEW, outside=None
    ),
    "result_released": Kind(
        _("%(unit)s: the result is under public notice until %(last_day)s"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s result is under public notice", "%(count)s results are under public notice", "count"
        ),
        until="last_day",
    ),
    "batch_released": Kind(
        _("%(document)s is released: %(count)s results under public notice until %(last_day)s"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s result is under public notice", "%(count)s results are under public notice", "count"
        ),
        until="last_day",
        counts="count",
    ),
    "objection_made": Kind(
        _("An objection about %(unit)s waits for an answer"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s objection is to be answered", "%(count)s objections are to be answered", "count"
        ),
    ),
    "objection_unanswerable": Kind(
        _(
            "Nobody at %(place)s may answer the objection about %(unit)s: whoever could is excluded, or the post is "
            "vacant. Please appoint somebody else, or name a deputy, to answer it"
        ),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s objection has nobody who may answer it",
            "%(count)s objections have nobody who may answer them",
            "count",
        ),
        to_doer=True,
    ),
    "objection_upheld": Kind(
        _("An objection about %(unit)s was upheld: it is decided anew"), Group.REVIEW, outside=None
    ),
    "appeal_made": Kind(
        _("%(unit)s appeals its result: please convene the people who hear it"),
        Group.REVIEW,
        outside=ngettext_lazy(
            "%(count)s appeal waits for its hearing", "%(count)s appeals wait for their hearing", "count"
        ),
    ),
    "appeal_against": Kind(_("%(unit)s appeals its result to the level above"), Group.REVIEW, outside=None),
    "appeal_hearer": Kind(_("You are to hear the appeal of %(unit)s"), Group.REVIEW, outside=None),
    "appeal_dismissed": Kind(_("The appeal of %(unit)s was dismissed: %(answer)s"), Group.REVIEW, outside=None),
    "appeal_upheld": Kind(
        _("The appeal of %(unit)s was upheld: %(star)s stars from %(on)s"), Group.REVIEW, outside=None
    ),
    "appeal_reversed": Kind(_("The appeal of %(unit)s was upheld: %(answer)s"), Group.REVIEW, outside=None),
    "appeal_lapsed": Kind(
        _("%(unit)s: the result you appealed is no longer valid; the new one may be appealed"),
        Group.REVIEW,
        outside=None,
    ),
    "star_confirmed": Kind(_("%(unit)s holds %(star)s stars from %(on)s"), Group.STAR, outside=None),
}
