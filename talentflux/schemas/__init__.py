"""Pydantic models: requests, responses and documents stored as JSONB."""
