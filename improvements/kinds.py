"""What is followed up about a plan, and what those concerned are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from followups.kinds import OF_THE_UNIT, FollowUpKind
from followups.time_limits import Limit
from improvements.models.lifecycle import VIEW
from notifications.kinds import Group, Kind

FOLLOWUPS = {
    "plan_agree": FollowUpKind(
        _("Improvement plan to be agreed"),
        _("%(unit)s: draw up the improvement plan and have it agreed"),
        needs=(VIEW,),
        own_todo=True,
        own_steps=True,
    ),
    "plan_carry_out": FollowUpKind(
        _("Improvement plan to be carried out"),
        _("%(unit)s: carry out the improvement plan"),
        needs=(VIEW,),
        own_todo=True,
        own_steps=True,
    ),
    "plan_check": FollowUpKind(
        _("Improvement plan to be checked"),
        _("%(unit)s: check the improvement plan"),
        needs=(VIEW,),
        own_todo=True,
        own_steps=True,
        kept_from=OF_THE_UNIT,
    ),
}
LIMITS = {"plan_agree": Limit(20), "plan_check": Limit(10)}
NOTICES = {
    "plan_proposed": Kind(
        _("%(unit)s: the improvement plan waits for your agreement"),
        Group.DUE,
        outside=ngettext_lazy(
            "%(count)s improvement plan waits for agreement", "%(count)s improvement plans wait for agreement", "count"
        ),
    ),
    "plan_declined": Kind(
        _("%(unit)s: changes of the improvement plan are asked for (%(reason)s)"), Group.DUE, outside=None
    ),
    "plan_agreed": Kind(
        _("%(unit)s: all three have agreed to the improvement plan. To be done by %(until)s"),
        Group.DUE,
        outside=None,
        until="until",
    ),
    "plan_sent_back": Kind(
        _("%(unit)s: the improvement plan has not passed its check yet (%(reason)s)"), Group.DUE, outside=None
    ),
    "plan_passed": Kind(_("%(unit)s: the improvement plan has passed its check"), Group.DUE, outside=None),
    "plan_cancelled": Kind(
        _("%(unit)s: the improvement plan is no longer needed (%(reason)s)"), Group.DUE, outside=None
    ),
}
