"""The menu entries of ``ratings``."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import CADRE, DESK, PUBLIC, MenuEntry, Section

RESULTS = ("/results/", "/evidence/")
MENU = (
    MenuEntry(
        Section.RATING,
        _("Apply"),
        "apply",
        ("ratings.fill",),
        order=20,
        audiences=(CADRE,),
        pages=("/applications/", *RESULTS),
    ),
    MenuEntry(
        Section.RATING, _("Applications"), "applications", ("ratings.view_application",), order=20, pages=RESULTS
    ),
    MenuEntry(
        Section.RATING,
        _("Scheme"),
        "schemes",
        ("ratings.view_scheme",),
        order=25,
        audiences=(CADRE, DESK),
        note=_("What counts, and how it is scored"),
    ),
    MenuEntry(Section.RATING, _("Schedule"), "cycles", ("ratings.manage_cycle",), order=30),
    MenuEntry(
        Section.RATING, _("Department figures"), "supply", ("ratings.supply",), order=30, pages=("/sheets/marked/",)
    ),
    MenuEntry(
        Section.RECORDS,
        _("Star register"),
        "register",
        ("ratings.view_register",),
        order=10,
        audiences=(CADRE, DESK),
        note=_("Who holds which star"),
    ),
    MenuEntry(
        Section.RECORDS,
        _("Events"),
        "events",
        ("ratings.view_event",),
        order=20,
        note=_("What changes stars between ratings"),
        pages=("/proposals/",),
    ),
    MenuEntry(
        Section.RECORDS,
        _("Re-rating runs"),
        "register_runs",
        ("ratings.view_register_run",),
        order=40,
        note=_("What each night changed, and why"),
    ),
    MenuEntry(Section.RECORDS, _("Star register"), "public_register", order=30, audiences=(PUBLIC,)),
)
