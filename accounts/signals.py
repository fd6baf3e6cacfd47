"""The signals of this app, sent inside the transaction of the change."""

from django.dispatch import Signal

posts_handed_over = Signal()
"""``before`` and ``after``: the appointments of who left and of the successor, which has begun or begins tomorrow."""
