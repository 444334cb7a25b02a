"""Who rates what, and what is double-coded."""
