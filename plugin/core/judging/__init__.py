"""From state and log to a verdict: findings, the line to blame, the reason."""
