"""What visits found: entered, read from a sheet, scored, corrected, handed to the next run."""
