"""The menu entries of honours."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, PUBLIC, MenuEntry, Section
from honours.models.lifecycle import VIEW

MENU = (
    MenuEntry(Section.RESULTS, _("Model villages"), "model_villages", order=55, audiences=(PUBLIC,)),
    MenuEntry(
        Section.RESULTS,
        _("Model villages"),
        "honour_rounds",
        (VIEW,),
        order=50,
        audiences=(DESK,),
        note=_("Rounds, nominations, and the villages named"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Lists for honours"),
        "honour_selections",
        (VIEW,),
        order=52,
        audiences=(DESK,),
        note=_("Which villages may be honoured, and the answers given"),
        pages=("/honours/answers/",),
    ),
)
