"""Pages of reviews: scoring, panels, deciding, batches, objections, the public's notices, results."""
