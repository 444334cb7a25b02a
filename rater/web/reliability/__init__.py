"""Ask for a study's reliability."""
