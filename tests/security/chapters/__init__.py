"""What changes something, stem by stem, for the story in `test_audit_routes.py`."""
