"""How to talk to the outside world: sessions, retries, time limits, and errors in our words."""
