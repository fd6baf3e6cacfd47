"""What ``villages`` announces to the apps above it, in the transaction of the change (architecture §1)."""

from django.dispatch import Signal

units_passed = Signal()
"""An order merged or split units. ``order``: the ``ReorganizationOrder`` with its successions.

A receiver transfers what it owns to the successors and returns the consequences: a list of
``villages.workflow.Consequence``.
"""

units_tagged = Signal()
"""The tags of units changed. ``units``: these units with their new tags; ``before``: by code, the old tags;
``by``: who changed them. A receiver returns the consequences as for ``units_passed``.
"""

units_settled = Signal()
"""After all transfers: derived data are recomputed. ``order`` and return values as for ``units_passed``."""
