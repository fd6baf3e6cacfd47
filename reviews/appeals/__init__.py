"""What may be appealed, by when, and who hears it."""
