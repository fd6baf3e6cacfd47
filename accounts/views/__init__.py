"""Pages about people, one module each: home, appointments, audit trail, locks, calendar."""
