"""Enter the homework log, take it in from files, and settle its accounts."""

from rater.homework.operations.importing import (
    import_difficulties,
    import_homework,
    read_difficulties_for,
    read_homework_for,
)

__all__ = ["import_difficulties", "import_homework", "read_difficulties_for", "read_homework_for"]
