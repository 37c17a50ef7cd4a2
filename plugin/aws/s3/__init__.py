"""Our objects in S3: written, listed, deleted, and whose bucket it is."""
