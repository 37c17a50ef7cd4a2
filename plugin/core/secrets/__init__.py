"""Secrets: which texts are some, what they look like in other clothes, and taking them out."""
