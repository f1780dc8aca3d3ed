"""Telephone numbers, and what carriers do beside carrying the sound of a call."""
