"""The tests, each beside the module it mirrors."""
