"""The star register (星级台账): who has held which star since when, and for which reason (formats §3)."""
