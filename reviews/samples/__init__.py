"""Villages drawn by lot, such as for spot checks: a share of each stratum, by tickets (formats §7)."""
