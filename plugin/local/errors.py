"""The errors that the local Glue answers with.

Knows AWS's codes and how an answer spells them.  Refuses to know what was asked.
Source: the error shapes of botocore's Glue model; ValidationException and SerializationException
are the codes of AWS's front door, which no model lists.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Error codes in AWS's spelling; the last one is our own."""

    ALREADY_EXISTS = "AlreadyExistsException"
    CONCURRENT_RUNS = "ConcurrentRunsExceededException"
    ENTITY_NOT_FOUND = "EntityNotFoundException"
    IDEMPOTENT_MISMATCH = "IdempotentParameterMismatchException"
    INTERNAL = "InternalServiceException"
    INVALID_INPUT = "InvalidInputException"
    LIMIT_EXCEEDED = "ResourceNumberLimitExceededException"
    SERIALIZATION = "SerializationException"
    UNSUPPORTED = "LocalGlueUnsupported"
    VALIDATION = "ValidationException"


class GlueError(Exception):
    """A request is refused; the client sees `code` and `message`."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status: 500 when the fault is ours, else 400."""
        return 500 if self.code is Code.INTERNAL else 400


def invalid(message: str) -> GlueError:
    """Return Glue's answer to a request that breaks one of its own rules."""
    return GlueError(Code.INVALID_INPUT, message)


def not_found(message: str) -> GlueError:
    """Return Glue's answer to a name or id that nobody knows."""
    return GlueError(Code.ENTITY_NOT_FOUND, message)
