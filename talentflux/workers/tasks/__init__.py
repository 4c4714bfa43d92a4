"""One module of jobs per stem."""
