"""Points → the maximum star, what fell short of it, and dry runs of a scheme (formats §1–2)."""
