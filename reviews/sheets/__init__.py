"""A reviewer's score sheet: its form, its points, its photos, the queue that it stands in."""
