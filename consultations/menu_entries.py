"""The menu entries of consultations; the pages of members belong to the entry of schemes."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import PUBLIC, MenuEntry, Section

MENU = (MenuEntry(Section.RATING, _("Draft schemes"), "public_drafts", order=26, audiences=(PUBLIC,)),)
