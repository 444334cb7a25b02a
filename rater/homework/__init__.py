"""The log of assigned and completed homework tasks."""
