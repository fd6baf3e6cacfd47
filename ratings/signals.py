"""The signals of ``ratings`` for the apps above it, sent in the transaction of the change (architecture §1)."""

from django.dispatch import Signal

applications_moved = Signal()
"""Applications took a step. ``applications``: their ids; ``verb``; ``to``: the state they are in now."""

means_settled = Signal()
"""The county's means of ``cycle`` are final for what is decided or ranked now: points that rest on them follow."""

applications_reasked = Signal()
"""Another version of the scheme asks other things of ``applications`` (ids) that are under review."""

decisions_confirmed = Signal()
"""Decisions came into force. ``decisions``: their ids; ``units``: the codes of the units decided on."""

proposals_opened = Signal()
"""Rules of events propose something that is to be settled; nothing is carried."""

draft_written = Signal()
"""A draft scheme has changed. ``scheme``: it, locked; ``before``: its body until now; ``by``."""

scheme_issued = Signal()
"""``scheme`` is in force from now on; ``by`` is None for a command."""

stars_changed = Signal()
"""The register has changed. ``changes``: ``StarChanges``, to be read within the transaction."""

matters_changed = Signal()
"""An event took or lost effect, a deadline moved, an objection was made or answered, a threshold of warnings was set.
``units``: the codes of the units concerned."""
