"""Who sits on a panel, who scores what, and how several reviewers' points are combined."""
