"""The kinds of notice about money."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds import Group, Kind

TO_GIVE_OPINION = _("%(unit)s: give your opinion on “%(name)s”")
"""What the follow-up of a sought opinion asks for."""
TO_SETTLE = _("%(unit)s: confirm or decline the clawback of “%(name)s”")
"""What the follow-up of a proposed clawback asks for."""
KINDS = {
    "opinion_sought": Kind(  # kept for notices already in bells; today the follow-up tells the office
        _("%(county)s: your opinion is sought on “%(name)s”"),
        Group.MONEY,
        outside=ngettext_lazy(
            "%(count)s policy or fund waits for an opinion", "%(count)s policies or funds wait for an opinion", "count"
        ),
    ),
    "source_filed": Kind(
        _("“%(name)s” has been agreed to and filed. You may put it into effect."), Group.MONEY, outside=None
    ),
    "source_returned": Kind(
        _("“%(name)s” has been returned by the leading-group office with an opinion"), Group.MONEY, outside=None
    ),
    "source_taken_back": Kind(
        _("“%(name)s” has been taken back for changes; its filing is void"), Group.MONEY, outside=None
    ),
    "source_handed_over": Kind(
        _("“%(name)s” of %(department)s has been handed over to your department: please go on with it"),
        Group.MONEY,
        outside=None,
    ),
    "source_effective": Kind(
        _("“%(name)s” is in effect"),
        Group.MONEY,
        outside=ngettext_lazy(
            "%(count)s policy or fund is in effect", "%(count)s policies or funds are in effect", "count"
        ),
    ),
    "source_to_commit": Kind(
        _("“%(name)s” is in effect: commit what each unit gets"),
        Group.MONEY,
        outside=ngettext_lazy(
            "%(count)s policy or fund is in effect", "%(count)s policies or funds are in effect", "count"
        ),
    ),
    "money_granted": Kind(_("%(unit)s: %(amount)s yuan from “%(name)s”"), Group.MONEY, outside=None),
    "money_paid": Kind(_("%(unit)s: %(amount)s yuan of “%(name)s” have been paid"), Group.MONEY, outside=None),
    "payee_account": Kind(
        _("%(unit)s is paid to the account %(account)s at %(bank)s from now on. Not yours? Tell finance at once."),
        Group.MONEY,
        outside=None,
    ),
    "payee_declined": Kind(
        _("%(unit)s: the account %(account)s that you proposed is not used (%(reason)s)"), Group.MONEY, outside=None
    ),
    "clawback_proposed": Kind(
        _("%(unit)s has fallen to %(star)s stars: see whether money of “%(name)s” comes back"),
        Group.MONEY,
        outside=None,
    ),
    "clawback_lapsed": Kind(
        _("%(unit)s: the proposal to claim back money of “%(name)s” no longer stands"), Group.MONEY, outside=None
    ),
    "clawback_unclear": Kind(
        _("%(unit)s: the table of “%(name)s” says nothing for a star held; payment is stopped"),
        Group.MONEY,
        outside=None,
    ),
    "clawback_confirmed": Kind(
        _("%(unit)s: %(amount)s yuan of “%(name)s” are claimed back"), Group.MONEY, outside=None
    ),
}
