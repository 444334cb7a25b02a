"""Signing in and out, invitations, language."""
