"""The kinds of notice about money."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "opinion_sought": _("%(county)s: your opinion is sought on “%(name)s”"),
    "source_filed": _("“%(name)s” has been agreed to and filed. You may put it into effect."),
    "source_returned": _("“%(name)s” has been returned by the leading-group office with an opinion"),
    "source_taken_back": _("“%(name)s” has been taken back for changes; its filing is void"),
    "source_effective": _("“%(name)s” is in effect"),
    "money_granted": _("%(unit)s: %(amount)s yuan from “%(name)s”"),
    "money_paid": _("%(unit)s: %(amount)s yuan of “%(name)s” have been paid"),
    "clawback_proposed": _("%(unit)s has fallen to %(star)s stars: see whether money of “%(name)s” comes back"),
    "clawback_unclear": _("%(unit)s: the table of “%(name)s” says nothing for a star held; payment is stopped"),
    "clawback_confirmed": _("%(unit)s: %(amount)s yuan of “%(name)s” are claimed back"),
}
