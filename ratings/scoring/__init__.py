"""Facts → points; pure, but for the facts file (formats §1–2)."""
