"""What a study found: scores per session, their course, their consistency, and models of them."""
