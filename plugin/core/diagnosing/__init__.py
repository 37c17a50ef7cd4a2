"""Which class of trouble an error or a failure is, and what to do about it."""
