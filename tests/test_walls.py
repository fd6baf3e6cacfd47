"""Every registered page and API address against every role: what is not one's own is not there (issue: the walls)."""
