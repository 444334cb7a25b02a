"""Spoken sample sessions and the tools that make them: therapy conversations that nobody real has had."""
