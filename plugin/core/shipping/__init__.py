"""What is shipped with a script: files, archives, fixtures, and the keys they lie under."""
