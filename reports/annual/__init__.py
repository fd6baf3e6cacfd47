"""The annual report of a unit as a workbook: overview, stars by township, the register with points, rewards."""
