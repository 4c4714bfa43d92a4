"""Requirements of a job, facts of a resume, and the evidence-based comparison of the two."""
