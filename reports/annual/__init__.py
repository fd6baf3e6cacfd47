"""The annual report of a place as a workbook: overview, stars by township, the register with points, rewards."""
