"""The Engine port over AWS: Glue, S3 and CloudWatch Logs by botocore.

``engine: local`` points the same code at the Glue on this machine.
"""
