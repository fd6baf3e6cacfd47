"""What the bank really paid, compared with what was booked: the sheet, the differences, and why they are there."""
