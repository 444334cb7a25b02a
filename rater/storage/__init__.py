"""The database, its models and queries, the audit, and the media store."""
