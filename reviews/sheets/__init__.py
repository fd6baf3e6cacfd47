"""A reviewer's score sheet: its form, its points, its photos, and its queue."""
