"""Questions to the database that several operations ask."""
