"""``import_register FILE``: stars decided on paper before the system (formats §3)."""

from ratings.management.importing import ImportCommand
from ratings.workflow.register import import_register


class Command(ImportCommand):
    help = "Keep each row of unit,star,on,document[,year][,total] as a confirmed decision, and re-rate its unit."
    take = staticmethod(import_register)
