"""Start page and the study page."""
