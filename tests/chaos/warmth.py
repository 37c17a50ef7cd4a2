"""What a process of the stage need not do again: reading and parsing botocore's own files.

Knows what of botocore's is the same in each process and is never changed.  Refuses to know what
the product does with it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import client, regions
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICES = frozenset({"glue", "s3", "logs", "sts", "sns"})
_Creator: Any = client.ClientCreator
_Session: Any = botocore.session.Session


def share() -> None:
    """Let all sessions of this process, and of those forked from it, share what they read."""
    loader, emitter = Loader(), _emitter()
    for kind in ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"):
        for service in set(loader.list_available_services(kind)) & _SERVICES:
            loader.load_service_model(service, kind)

    def register(self: Any, _: Any) -> None:
        self._original_handler = copy.copy(emitter)
        self._events = EventAliaser(self._original_handler)

    for owner, name, instead in (
        (botocore.session, "create_loader", lambda *_: loader),
        (_Session, "_register_builtin_handlers", register),
        (_Creator, "_load_service_model", _once_for_each(_Creator._load_service_model)),
        (_Creator, "_create_client_class", _once_for_each(_Creator._create_client_class)),
        (regions, "EndpointProvider", _provider(EndpointProvider)),
    ):
        setattr(owner, name, instead)


def _emitter() -> HierarchicalEmitter:
    """Return an emitter with botocore's own handlers."""
    session = _Session(include_builtin_handlers=False)
    session._register_builtin_handlers(session._events)
    emitter: HierarchicalEmitter = session._original_handler
    return emitter


def _once_for_each(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of the creator that makes what it makes once for each service."""
    made: dict[str, Any] = {}

    def method(self: Any, service_name: str, *rest: Any) -> Any:
        if service_name not in made:
            made[service_name] = make(self, service_name, *rest)
        return made[service_name]

    return method


def _provider(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes one provider of endpoints for each set of rules."""
    made: dict[int, tuple[Any, Any]] = {}

    def provider(**names: Any) -> Any:
        ruleset = names["ruleset_data"]  # held: an id is used again
        if id(ruleset) not in made:
            made[id(ruleset)] = (ruleset, make(**names))
        return made[id(ruleset)][1]

    return provider
