"""The menu entries of ``accounts`` and ``villages``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import CADRE, DESK, MenuEntry, Section

BOTH = (CADRE, DESK)
MENU = (
    MenuEntry(
        Section.RATING,
        _("Home"),
        "home",
        order=0,
        audiences=BOTH,
        # Personal entries that everybody has.
        pages=("/today/", "/bell/", "/help/", "/accounts/", "/phone/", "/notifications/", "/tokens/", "/identity/"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Units"),
        "units",
        ("villages.view_unit",),
        order=10,
        note=_("The places within your reach"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Orders that change units"),
        "unit_orders",
        ("villages.manage_unit",),
        order=20,
        note=_("Merge, split and rename units"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Yearly figures"),
        "unit_profiles",
        ("villages.report_profile",),
        order=30,
        note=_("Population, households and income of the villages"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Tags of units"),
        "unit_tags",
        ("villages.manage_unit",),
        order=40,
        note=_("Plain, hills, suburb: what schemes tell apart"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Appointments"),
        "appointments",
        ("accounts.appoint",),
        order=50,
        audiences=BOTH,
        note=_("Give people their offices, end them, reset passwords"),
        pages=("/identities/",),
    ),
    MenuEntry(
        Section.UNITS,
        _("Robots of work groups"),
        "robots",
        ("notifications.manage_robot",),
        order=55,
        note=_("Tell DingTalk and WeCom groups how much waits"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Settings"),
        "settings",
        ("accounts.configure",),
        order=60,
        audiences=BOTH,
        note=_("Working days, state of e-mails"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Locks"),
        "locks",
        ("accounts.unlock",),
        order=70,
        audiences=BOTH,
        note=_("Who is locked out, and why"),
        pages=("/tokens/guarded/",),
    ),
    MenuEntry(
        Section.UNITS,
        _("Audit trail"),
        "trail",
        ("accounts.read_trail",),
        order=80,
        audiences=BOTH,
        note=_("Who changed what, when, from where"),
    ),
    MenuEntry(
        Section.UNITS,
        _("Proof"),
        "proof",
        ("accounts.read_trail",),
        order=90,
        audiences=BOTH,
        note=_("Is everything unchanged"),
    ),
)
