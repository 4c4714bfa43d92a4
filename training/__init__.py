"""Makes the local embedding model; needs its own environment (requirements.txt here)."""
