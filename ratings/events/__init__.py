"""Events (情形): which scheme applies, what their rules do, whose proposals are open (practice §4)."""
