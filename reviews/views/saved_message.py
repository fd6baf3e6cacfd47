"""The message after saving: how much was saved, how much is still to be scored; never "saved" for nothing."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _


def tell_saved(request: HttpRequest, saved: int, left: int, *, place: str = "") -> None:
    """``saved``: the saved criteria of the page; ``left``: those not scored yet."""
    if not saved:
        tell, said = messages.warning, _("Nothing was filled in, so nothing was saved. Still to be scored: %(left)s.")
    elif left:
        tell, said = messages.success, _("Saved: %(saved)s. Still to be scored: %(left)s.")
    else:
        tell, said = messages.success, _("Saved: %(saved)s.")
    tell(request, " · ".join(filter(None, [place, said % {"saved": saved, "left": left}])))


def refusal_keeping_text(refused: Exception) -> str:
    """Why saving was refused, and that nothing typed is lost."""
    return str(refused) + " " + _("What you typed is still here.")
