"""What is known of a run while it goes on, when to look again, and when to stop it."""
