"""The menu entries of programmes."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, PUBLIC, MenuEntry, Section
from programmes.models import VIEW

MENU = (
    MenuEntry(Section.RESULTS, _("Programmes"), "public_programmes", order=57, audiences=(PUBLIC,)),
    MenuEntry(
        Section.RESULTS,
        _("Programmes"),
        "programmes",
        (VIEW,),
        order=57,
        audiences=(DESK,),
        note=_("A second standard over the same facts: its answers, results and reasons"),
    ),
)
