"""Server-rendered pages and reports."""
