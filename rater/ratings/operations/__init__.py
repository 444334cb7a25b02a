"""What a rater does: look at the queue, open a session, give points, write notes, submit."""
