"""How to talk to AWS: sessions, roles, renewal, time limits, the request budget, errors."""
