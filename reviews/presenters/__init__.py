"""What pages and papers of this app show, read for one reader; keeps nothing."""
