"""The driver's log in CloudWatch Logs: found, followed, deleted."""
