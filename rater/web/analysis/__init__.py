"""What a study found, as pages and tables."""
