"""Embedded PostgreSQL and migrations."""
