"""A copy of a production job: what is kept, what is left out, what is refused."""
