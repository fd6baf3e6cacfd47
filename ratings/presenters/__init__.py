"""What pages, printed documents and sheets of this app show, read for one reader; saves nothing."""
