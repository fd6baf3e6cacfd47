"""What is followed up in a round, and what those concerned are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from followups.kinds import OF_THE_UNIT, FollowUpKind
from honours.models.lifecycle import VIEW
from notifications.kinds import Group, Kind

OPINION, CHECK, OBJECTION = "honour_opinion", "honour_check", "honour_objection"
FOLLOWUPS = {
    OPINION: FollowUpKind(
        _("Opinion on a nomination"),
        _("%(unit)s: give your opinion on the nomination for “%(round)s”"),
        needs=(VIEW,),
        own_todo=True,
        own_steps=True,
        kept_from=OF_THE_UNIT,
    ),
    CHECK: FollowUpKind(
        _("Joint check of a round"),
        _("%(unit)s: answer for %(department)s on the villages of “%(round)s”"),
        needs=(VIEW,),
        own_todo=True,
        own_steps=True,
    ),
    OBJECTION: FollowUpKind(
        _("Objection to a nomination"),
        _("%(unit)s: answer the objection to its nomination for “%(round)s”"),
        needs=("reviews.answer_objection_county",),
        own_todo=True,
        own_steps=True,
        kept_from=OF_THE_UNIT,
    ),
}
NOTICES = {
    "round_opened": Kind(
        _("“%(round)s” is open: %(unit)s meets its conditions. Nominations until %(until)s"),
        Group.DUE,
        outside=ngettext_lazy("%(count)s round of honours is open", "%(count)s rounds of honours are open", "count"),
        until="until",
    ),
    "nomination_listed": Kind(_("%(unit)s stands on the list of “%(round)s”"), Group.STAR, outside=None),
    "nomination_ended": Kind(
        _("%(unit)s: the nomination for “%(round)s” has ended (%(reason)s)"), Group.STAR, outside=None
    ),
    "round_replied": Kind(_("“%(round)s”: %(department)s of %(unit)s has answered"), Group.REVIEW, outside=None),
    "village_named": Kind(_("%(unit)s has been named: “%(round)s”"), Group.STAR, outside=None),
    "title_withdrawn": Kind(
        _("%(unit)s has lost the title of “%(round)s” (%(reason)s)"),
        Group.STAR,
        outside=ngettext_lazy("%(count)s title has been withdrawn", "%(count)s titles have been withdrawn", "count"),
    ),
    "title_restored": Kind(_("%(unit)s has its title of “%(round)s” back"), Group.STAR, outside=None),
    "award_payable": Kind(
        _("“%(round)s” has named villages of %(unit)s: their award is to be drafted"), Group.MONEY, outside=None
    ),
}
