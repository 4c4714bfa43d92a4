"""Reading resumes, skills, embeddings and matching. Plain data in, plain data out; never a session."""
