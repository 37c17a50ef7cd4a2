"""A GitHub Enterprise Server whose certificate is signed by an authority of its own."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plugin.clients.github import GitHub
from plugin.core.errors import GitHubAnswerLost, GitHubError
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octo-org/etl"


def certificate(name, key, *, issuer, signer, address=None):
    """A certificate of one day; an authority's when it has no address."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture
def authority(tmp_path):
    """The file with the authority's certificate, and the server's certificate and key."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    trusted, chain = tmp_path / "ca.pem", tmp_path / "server.pem"
    trusted.write_bytes(certificate("our authority", ours, issuer="our authority", signer=ours))
    signed = certificate("github", theirs, issuer="our authority", signer=ours, address="127.0.0.1")
    chain.write_bytes(signed + pem(theirs))
    return trusted, chain


@pytest.fixture
def server(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority[1])
    with GitHubServer(token=TOKEN, tls=context) as server:
        server.repository(REPOSITORY).add_pull(7, sha=HEAD)
        yield server


def test_github__authority_that_is_not_trusted__says_where_to_name_it(server):
    with (
        GitHub(TOKEN, server.api_url, clock=FakeClock()) as github,
        pytest.raises(GitHubError, match="no trusted TLS connection") as caught,
    ):
        github.create_comment(REPOSITORY, 7, "hello")

    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert not isinstance(caught.value, GitHubAnswerLost)
    assert server.asked == []


def test_github__authority_named_in_requests_ca_bundle__is_trusted(server, authority, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))
    server.next_answers(Answer(status=502))

    with GitHub(TOKEN, server.api_url, clock=FakeClock()) as github:
        assert github.viewer() == "github-actions[bot]"
        github.create_comment(REPOSITORY, 7, "hello")

    assert len(server.asked) == 3


def test_create_comment__cut_off_under_tls__is_a_lost_answer(server, authority, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))
    server.next_answers(Answer(breaks_off=True, takes_effect=True))

    with (
        GitHub(TOKEN, server.api_url, clock=FakeClock()) as github,
        pytest.raises(GitHubAnswerLost),
    ):
        github.create_comment(REPOSITORY, 7, "hello")
