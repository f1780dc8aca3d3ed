"""The vendors behind each service: one table per kind."""
