"""Sheets of statuses: what their columns hold, which recommendation a row speaks of, and what it says of it."""
