"""What follows from closing a cycle (practice §3)."""
