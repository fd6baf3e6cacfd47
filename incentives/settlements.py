"""Until when finance settles a proposed clawback: a follow-up (practice §5)."""

FOLLOW_UP = "clawback"
"""The kind of follow-up that an open clawback is."""
