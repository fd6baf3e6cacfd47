"""What ``villages`` announces to the apps above it, in the transaction of the change (architecture §1)."""

from django.dispatch import Signal

units_passed = Signal()
"""An order merged or split units. ``order``: the ``Order`` with its passages.

A receiver lets everything of its own pass, and returns what followed: a list of ``villages.workflow.Consequence``.
"""

units_tagged = Signal()
"""Units have other tags now. ``units``: those that have, as they are now; ``before``: by code, the tags they had;
``by``: who gave them. A receiver returns what followed as of ``units_passed``.
"""

units_settled = Signal()
"""Everything has passed: what is reckoned from it is reckoned anew. ``order`` and answers as of ``units_passed``."""
