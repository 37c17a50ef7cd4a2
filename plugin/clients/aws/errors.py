"""SDK errors → our errors: what was tried, what AWS said, what to change.  The one such place."""

from __future__ import annotations

import re
from contextlib import contextmanager
from copy import copy
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from plugin.core.diagnosing.hints import hint_of
from plugin.core.diagnosing.refusals import AGAIN, SETTING, Answer, meaning_of
from plugin.core.errors import AnswerLost, EngineError, NoCredentials, Refused, Unreachable
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPIRED = (
    "Give fresh credentials that outlive the check, or such as are renewed: on GitHub github_oidc"
    " with assume_role_arn, elsewhere AWS_WEB_IDENTITY_TOKEN_FILE or the machine's own role."
)
_NETWORK = "Check the network and the region."
_OWN_ADDRESS = (
    "Check the network, and AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_<SERVICE>, or the profile's"
    " endpoint_url), which sets this address: unset it to talk to AWS itself."
)
_ENDPOINT = (
    "Set AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_<SERVICE>, or the profile's endpoint_url) to an"
    " address of the form http(s)://host:port, or unset it."
)
_NO_FILE = (
    "Have AWS_WEB_IDENTITY_TOKEN_FILE (or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, or the profile's"
    " web_identity_token_file) name a file that is there and can be read."
)
_EMPTY_FILE = "See id_tokens of the job, and the file that AWS_WEB_IDENTITY_TOKEN_FILE names."
_CHAIN = "Check AWS_WEB_IDENTITY_TOKEN_FILE and the other AWS_… variables and files."
_REGION = re.compile(r"[a-z]{2}-[a-z-]{1,30}-\d")
_NO_ADDRESS = re.compile(r"(?i)endpoint|\bport\b|\bURL\b|netloc|not a valid URI")
"""What Python and the SDK say of an address that is none."""
_LOGIN = re.compile(r"(?<=//)[^/\"'`]*@")
_TOKEN = re.compile(r"""(?i)(security-token["']?\s*[:=]\s*["']?)[^\s&'"]+""")

_MOST_SAID, _MOST_CODE, _MOST_READ = 2_000, 100, 20_000
"""Characters of AWS's words, and of its code, that are told: an answer may hold megabytes."""

_EARLIER = "glue-health-check: an earlier attempt was sent"

_NO_CREDENTIALS = frozenset({"NoCredentialsError", "PartialCredentialsError"})
_OF_REGION = frozenset({"NoRegionError", "InvalidRegionError", "UnknownRegionError"})
_BY_CLASS: dict[str, tuple[type[EngineError], str]] = {
    "NoCredentialsError": (NoCredentials, "Give AWS credentials, e.g. by OIDC, or engine local."),
    "PartialCredentialsError": (NoCredentials, "Give both parts of the key."),
    "CredentialRetrievalError": (NoCredentials, EXPIRED),
    "TokenRetrievalError": (NoCredentials, EXPIRED),
    "SSOTokenLoadError": (NoCredentials, "Log in again with aws sso login."),
    "UnauthorizedSSOTokenError": (NoCredentials, "Log in again with aws sso login."),
    "NoRegionError": (Refused, "Set region (also read from AWS_REGION)."),
    "ProfileNotFound": (Refused, "Set AWS_PROFILE to a profile that is there, or unset it."),
    "InvalidRegionError": (Refused, "Set region to a region such as eu-west-1."),
    "ParamValidationError": (Refused, SETTING),
    "EndpointProviderError": (Refused, SETTING),
    "EndpointConnectionError": (Unreachable, _NETWORK),
    "ConnectTimeoutError": (Unreachable, _NETWORK),
    "ProxyConnectionError": (Unreachable, "Check HTTPS_PROXY."),
    "SSLError": (EngineError, "Check AWS_CA_BUNDLE."),
    "ReadTimeoutError": (AnswerLost, AGAIN),
    "ConnectionClosedError": (AnswerLost, AGAIN),
    "HTTPClientError": (AnswerLost, AGAIN),
    "ResponseParserError": (AnswerLost, AGAIN),
}


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn botocore's errors inside the block into ours; ``doing`` completes "Could not …".

    Ours come out of it too, from credentials that could not be renewed, and stay what they are.
    An answer that cannot be read, or lacks what we read of it (a proxy's page, say), is a lost one.
    Python's own errors come out of botocore too: for addresses, token files and odd settings.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except EngineError as error:
        if error.had_no_effect and _was_sent(error):
            raise _doubted(error) from None
        raise
    except ClientError as error:
        was_retried = bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))
        raise _weighed(_of_answer(error, doing), error, was_retried=was_retried) from None
    except (BotoCoreError, ResponseParserError) as error:
        was_retried = _EARLIER in vars(error)
        raise _weighed(_of_sdk(error, doing), error, was_retried=was_retried) from None
    except KeyError as error:
        raise AnswerLost(_sentence(doing, f"the answer has no {error}"), hint=AGAIN) from None
    except (AttributeError, TypeError) as error:
        raise (_of_form(error, doing) or error) from None
    except (ValueError, OSError) as error:
        raise _of_python(error, doing) from None


def note_attempt(*, context: dict[str, Any], exception: Exception | None, **_: object) -> None:
    """Mark an attempt's error when an earlier attempt of the request may have taken effect.

    For botocore's event ``response-received``; ``context`` is shared by a request's attempts.  Only
    an attempt that found nobody to talk to had no effect for certain.
    """
    if exception is not None and context.get(_EARLIER):
        vars(exception)[_EARLIER] = True
    kinds = {cls.__name__ for cls in type(exception).__mro__}
    if not kinds & {"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"}:
        context[_EARLIER] = True


def code_of(error: Any) -> str:  # noqa: ANN401 - botocore's ClientError
    """Return AWS's error code; some services answer with the HTTP status alone."""
    details = error.response.get("Error", {})
    return str(details.get("Code", ""))[:_MOST_CODE]


def _of_answer(error: Any, doing: str) -> EngineError:  # noqa: ANN401 - botocore's ClientError
    code, details = code_of(error), error.response.get("Error", {})
    text = str(details.get("Message", ""))[:_MOST_READ].strip()
    metadata = error.response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode", 0))
    answer = Answer(
        code=code,
        text=text,
        status=status,
        operation=error.operation_name,
        region=_region_told(details, metadata),
    )
    meaning = meaning_of(answer)
    said = f"{code}: {text}" if text and text != code else code or f"HTTP {status}"
    hint = meaning.hint
    if meaning.trouble is Trouble.EXPIRED:
        hint = EXPIRED
    elif not hint and meaning.trouble is not None:
        hint = hint_of(meaning.trouble)
    elif not hint and meaning.kind is not EngineError:
        hint = hint_of(meaning.kind.trouble)
    return meaning.kind(_sentence(doing, said), hint=hint, trouble=meaning.trouble)


def _region_told(details: dict[str, Any], metadata: dict[str, Any]) -> str:
    """Return the region that S3 names in an answer about a bucket that lies elsewhere."""
    told = details.get("Region") or metadata.get("HTTPHeaders", {}).get("x-amz-bucket-region")
    return str(told) if told and _REGION.fullmatch(str(told)) else ""


def _of_sdk(error: Any, doing: str) -> EngineError:  # noqa: ANN401 - the SDK's error
    said = str(error)
    if said.startswith("Custom endpoint"):
        return _of_address(said, doing)
    if type(error).__name__ == "ParamValidationError" and "WebIdentityToken" in said:
        said = "the web identity token is empty or too short"
        return NoCredentials(_sentence(doing, said), hint=_EMPTY_FILE)
    for cls in type(error).__mro__:
        if cls.__name__ in _BY_CLASS:
            kind, hint = _BY_CLASS[cls.__name__]
            if hint is _NETWORK and not _OF_AWS.search(said):
                hint = _OWN_ADDRESS
            return kind(_sentence(doing, said), hint=hint, trouble=_trouble_of(error, kind))
    return EngineError(_sentence(doing, said))


def _trouble_of(error: Any, kind: type[EngineError]) -> Trouble | None:  # noqa: ANN401 - see above
    """Return the trouble of an error of the SDK where it is not that of our class."""
    name = type(error).__name__
    if name in _OF_REGION or (name == "EndpointProviderError" and "egion" in str(error)):
        return Trouble.WRONG_REGION
    if name == "EndpointConnectionError" and _is_of_no_region(str(error)):
        return Trouble.WRONG_REGION
    is_stale = kind is NoCredentials and name not in _NO_CREDENTIALS
    return Trouble.EXPIRED if is_stale else None


_HOST = re.compile(
    r"https://(?:[\w.-]{1,80}\.)?(?:glue|logs|s3|sns|sts)[.-](?P<region>[a-z0-9-]{1,40})"
    r"\.amazonaws\.com"
)


_OF_AWS = re.compile(r"https://[\w.-]{1,200}\.(?:amazonaws\.com(?:\.cn)?|api\.aws|aws)[/:\"]")
"""An address that botocore knows of itself."""


def _is_of_no_region(said: str) -> bool:
    """Whether nobody was reached at an address of AWS whose region botocore does not know."""
    from botocore.session import Session

    found = _HOST.search(said)
    if not found:
        return False
    session: Any = Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("glue", partition, allow_non_regional=True)
    }
    return found["region"] not in known


def _weighed(ours: EngineError, error: Exception, *, was_retried: bool) -> EngineError:
    """Note on ``ours`` whether the request had no effect for certain.

    Without credentials an attempt is not sent.  Before a retry's error one may have succeeded.
    """
    if _is_of_credentials(error):
        ours.had_no_effect = not _was_sent(error)
    elif was_retried:
        ours.had_no_effect = False
    return ours


def _of_python(error: ValueError | OSError, doing: str) -> EngineError:
    """Return ours for one of Python's: about an address, a way to credentials, or an answer."""
    said = str(error)
    if isinstance(error, ValueError) and _NO_ADDRESS.search(said):
        return _of_address(said + _tried(error, said), doing)
    if _is_of_credentials(error):
        if isinstance(error, OSError) and error.filename:
            said = f"the file {error.filename} cannot be read: {error.strerror}"
            return NoCredentials(_sentence(doing, said), hint=_NO_FILE)
        return NoCredentials(_sentence(doing, f"{type(error).__name__}: {said}"), hint=_CHAIN)
    return AnswerLost(_sentence(doing, f"{type(error).__name__}: {said}"), hint=AGAIN)


def _of_form(error: AttributeError | TypeError, doing: str) -> EngineError | None:
    """Return ours when botocore stumbled over an answer's form; None when our own code is wrong."""
    if not _went_through(error, "botocore.parsers"):
        return None
    return AnswerLost(_sentence(doing, "the answer has not the form that AWS gives it"), hint=AGAIN)


def _of_address(said: str, doing: str) -> EngineError:
    """Return the error of an endpoint's address that is none; a password in it is not shown."""
    if "@" in said:
        said = "the address of the endpoint, which holds a name or a password, is not valid"
    return Unreachable(_sentence(doing, said), hint=_ENDPOINT)


def _tried(error: Exception, said: str) -> str:
    """Return the endpoint that botocore tried, in brackets, where Python's words lack it."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    urls = (
        str(frame.f_locals.get("endpoint_url") or "")
        for frame in frames
        if str(frame.f_globals.get("__name__")).startswith("botocore.")
    )
    url = next(filter(None, urls), "")
    return f" (the endpoint {url})" if url and url not in said else ""


def _is_of_credentials(error: Exception) -> bool:
    """Whether it came up while botocore looked for credentials: then no request was sent."""
    return _went_through(error, "botocore.credentials")


def _went_through(error: Exception, module: str) -> bool:
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(frame.f_globals.get("__name__") == module for frame in frames)


def _was_sent(error: Exception) -> bool:
    """Whether an attempt was sent before the one that had no credentials, and may have had effect.

    botocore signs each attempt anew, and tells no event when that fails: its frame knows the
    request, on whose context ``note_attempt`` has left a mark.  The first frame is that of our
    request; those below it are of requests for credentials.
    """
    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "botocore.endpoint":
            request = frame.f_locals.get("request_dict")
            if isinstance(request, dict):
                return bool(request.get("context", {}).get(_EARLIER))
    return False


def _doubted(error: EngineError) -> EngineError:
    """Return the same error of a request that may have had an effect; ``error`` may be shared."""
    ours = copy(error)
    ours.had_no_effect = False
    return ours


def _sentence(doing: str, said: str) -> str:
    """Return what was tried and what was said.

    AWS answers a wrong signature with the text that it signed itself, the session token in it.
    """
    text = " ".join(_LOGIN.sub("***@", _TOKEN.sub(r"\1***", said[:_MOST_READ])).split())
    if len(text) > _MOST_SAID:
        text = f"{text[:_MOST_SAID].rpartition(' ')[0]}…"  # half a secret nobody recognises
    return f"Could not {doing}: {text}" + ("" if text.endswith((".", "!", "?", "…")) else ".")
