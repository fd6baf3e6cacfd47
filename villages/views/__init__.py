"""Pages of units, orders and the tables that offices fill in."""
