"""Events (情形): which scheme judges them, what their rules do, whose proposals are open (practice §4)."""
