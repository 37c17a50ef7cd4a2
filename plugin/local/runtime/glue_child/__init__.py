"""What the child process of a local run is made of.  Standard library only, quick to import."""
