"""Ask for a dataset and fetch it."""
