"""Who rates what: drawn, looked at, and kept."""
