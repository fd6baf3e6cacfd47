"""What the villages below a unit come to: figures of townships and counties (formats §1, formats §9)."""
