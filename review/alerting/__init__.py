"""Alerts: entered or read from a file, answered, merged, handed to the next run."""
