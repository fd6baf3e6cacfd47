"""English: hours as deadlines say them (24:00), and no "p.m." before the full stop of a sentence."""

DATETIME_FORMAT = "N j, Y, H:i"
SHORT_DATETIME_FORMAT = "m/d/Y H:i"
TIME_FORMAT = "H:i"
