"""Chinese: no leading zero in a month, as people write it (8月31日)."""

MONTH_DAY_FORMAT = "n月j日"
SHORT_DATE_FORMAT = "Y年n月j日"
