"""How high a decision may go, and who may see it."""
