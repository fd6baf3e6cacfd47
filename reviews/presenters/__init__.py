"""What pages and printed documents of this app show, read for one reader; saves nothing."""
