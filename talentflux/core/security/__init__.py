"""Passwords, cookies and secrets that are given out once."""
