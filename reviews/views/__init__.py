"""Pages of reviews: scoring, panels, deciding, batches, objections, public notices, results."""
