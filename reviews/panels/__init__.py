"""Who sits on a panel, who scores what, and several reviewers' points made one."""
