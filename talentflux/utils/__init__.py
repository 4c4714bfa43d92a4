"""Small pure helpers that know nothing of hiring."""
