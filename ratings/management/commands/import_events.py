"""``import_events FILE``: events with their days, closings, notes and sources (formats §3)."""

from ratings.management.importing import ImportCommand
from ratings.workflow.event_import import import_events


class Command(ImportCommand):
    help = "Keep the events of unit,event,date[,closed][,note][,source], and re-rate their units."
    take = staticmethod(import_events)
