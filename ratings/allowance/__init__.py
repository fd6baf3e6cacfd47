"""Points → the star that they allow, what was short of it, and trying a scheme out (formats §1–2)."""
