"""Accounts, invitations, and the rules of signing in."""
