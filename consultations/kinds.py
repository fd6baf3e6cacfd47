"""What is followed up about a draft scheme, and what those concerned are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from consultations.models.lifecycle import LEAD, REVIEW, WRITE
from followups.kinds import FollowUpKind
from notifications.kinds import Group, Kind

ANSWER, REVIEWS, SETTLE, CONCLUDE = "draft_answer", "draft_review", "draft_settle", "draft_conclude"
FOLLOWUPS = {
    ANSWER: FollowUpKind(
        _("Comments on a draft scheme"),
        _("%(unit)s: answer the comments on “%(name)s” of %(year)s"),
        needs=(WRITE, LEAD),
        own_todo=True,
        own_steps=True,
    ),
    REVIEWS: FollowUpKind(
        _("Draft scheme to be reviewed"),
        _("%(unit)s: read the draft “%(name)s” of %(year)s in the joint review"),
        needs=(REVIEW,),
        own_todo=True,
        own_steps=True,
    ),
    SETTLE: FollowUpKind(
        _("Proposed changes of a draft scheme"),
        _("%(unit)s: accept or decline the proposed changes of “%(name)s” of %(year)s"),
        needs=(WRITE, LEAD),
        own_todo=True,
        own_steps=True,
    ),
    CONCLUDE: FollowUpKind(
        _("Joint review to be concluded"),
        _("%(unit)s: conclude the joint review of “%(name)s” of %(year)s"),
        needs=(LEAD,),
        own_todo=True,
        own_steps=True,
    ),
}
NOTICES = {
    "draft_consulted": Kind(
        _("%(unit)s asks for your comments on the draft “%(name)s” of %(year)s, until %(until)s"),
        Group.APPLICATION,
        outside=ngettext_lazy(
            "%(count)s draft scheme is open for comments", "%(count)s draft schemes are open for comments", "count"
        ),
        until="until",
    ),
    "draft_commented": Kind(
        _("A comment on “%(about)s” of the draft “%(name)s” of %(year)s has come in"), Group.APPLICATION, outside=None
    ),
    "draft_answered": Kind(
        _("Your comment on “%(about)s” of the draft “%(name)s” of %(year)s is answered"),
        Group.APPLICATION,
        outside=None,
    ),
    "draft_changed": Kind(
        _("The draft “%(name)s” of %(year)s, on which you had your say, was changed: %(about)s"),
        Group.APPLICATION,
        outside=None,
    ),
    "draft_closed": Kind(
        _("The consultation on the draft “%(name)s” of %(year)s is closed; every comment is answered"),
        Group.APPLICATION,
        outside=None,
    ),
    "draft_proposed": Kind(
        _("The joint review proposes a change of “%(about)s” of the draft “%(name)s” of %(year)s"),
        Group.APPLICATION,
        outside=None,
    ),
    "draft_settled": Kind(
        _("Your proposal on “%(about)s” of %(unit)s's draft “%(name)s” is settled: %(outcome)s"),
        Group.APPLICATION,
        outside=None,
    ),
    "draft_reviewed": Kind(
        _("The joint review of %(unit)s's draft “%(name)s” of %(year)s is concluded"), Group.APPLICATION, outside=None
    ),
    "draft_returned": Kind(
        _("The joint review gives the draft “%(name)s” of %(year)s back (%(reason)s)"), Group.APPLICATION, outside=None
    ),
    "draft_withdrawn": Kind(
        _("%(unit)s has taken the draft “%(name)s” of %(year)s back (%(reason)s)"), Group.APPLICATION, outside=None
    ),
    "draft_issued": Kind(
        _("%(unit)s has issued the scheme “%(name)s” of %(year)s on which you had your say"),
        Group.APPLICATION,
        outside=None,
    ),
    "joint_review_on": Kind(
        _("%(unit)s has turned the joint review of draft schemes on (%(reason)s)"), Group.APPLICATION, outside=None
    ),
    "joint_review_off": Kind(
        _("%(unit)s has turned the joint review of draft schemes off (%(reason)s)"), Group.APPLICATION, outside=None
    ),
}
