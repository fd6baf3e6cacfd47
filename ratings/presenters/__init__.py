"""What pages, papers and sheets of this app show, read for one reader; keeps nothing."""
