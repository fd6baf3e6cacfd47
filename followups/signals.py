"""What happens to follow-ups, for the apps that opened them."""

from django.dispatch import Signal

followup_accepted = Signal()
"""What was done has been checked and found right. ``followup``; ``by``: who checked it. Sent in the transaction."""
