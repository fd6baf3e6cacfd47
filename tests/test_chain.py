"""The whole chain in a browser: from an empty application to a reward line and a row in the year's workbook."""
