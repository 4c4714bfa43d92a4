"""Business logic. Services flush, never commit."""
