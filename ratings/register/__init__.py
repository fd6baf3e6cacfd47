"""The star register (星级台账): who holds which star since when, and what says so (formats §3)."""
