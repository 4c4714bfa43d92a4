"""Benchmarks and quality evaluations; not tests."""
