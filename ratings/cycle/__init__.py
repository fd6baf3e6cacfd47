"""What follows from closing a year's rating (practice §3)."""
