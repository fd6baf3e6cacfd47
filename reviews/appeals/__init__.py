"""What may be appealed, the deadline, and who hears it."""
