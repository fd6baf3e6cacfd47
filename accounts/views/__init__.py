"""Pages of people, a module each: home, appointments, audit trail, locks, calendar."""
