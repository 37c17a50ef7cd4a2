"""What is named by its whole path: inside the checkout it is one of it."""

import pytest

from plugin.checkout.whole_path import relative_to, without_root
from plugin.core.settings import CheckSettings


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "checkout"
    (root / "jobs").mkdir(parents=True)
    (root / "self").symlink_to(root)
    (tmp_path / "alias").symlink_to(root)
    (tmp_path / "other").mkdir()
    (tmp_path / "into").symlink_to(root / "jobs")
    return root


@pytest.mark.parametrize(
    "path",
    [
        "{above}/other/a.py",
        "{above}/checkout-2/a.py",
        "{above}/checkout",
        "{above}/checkout/../other/a.py",
        "{above}/into/a.py",  # behind a link that is no root's name
        "/etc/passwd",
        "/",
        "/\0",
        f"/{'n' * 5000}/a.py",
        "/\ud800/a.py",
        "jobs/a.py",
        "",
        "s3://bucket/a.py",
    ],
)
def test_without_root__not_inside__stays_as_it_is(root, path):
    path = path.replace("{above}", str(root.parent))

    assert without_root(path, root) == path


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("{above}/checkout/jobs/a.py", "jobs/a.py"),
        ("{above}/checkout//./a.py", "a.py"),
        ("{above}/checkout/jobs/*.py", "jobs/*.py"),
        ("{above}/checkout/not/there.py", "not/there.py"),
        ("{above}/alias/jobs/a.py", "jobs/a.py"),
        # a link of the checkout's own stays in the path, where it is refused
        ("{above}/checkout/self/jobs/a.py", "self/jobs/a.py"),
    ],
)
def test_without_root__inside__is_relative_to_the_root(root, path, inside):
    path = path.replace("{above}", str(root.parent))

    assert without_root(path, root) == inside
    assert without_root(path, root.parent / "alias") == inside


def test_relative_to__every_setting_with_paths__has_them_inside(root):
    whole = CheckSettings(
        script=f"{root}/jobs/a.py",
        session_policy=f"{root}/policy.json",
        extra_py_files=(f"{root}/jobs/lib", "/etc/passwd", "s3://bucket/a.whl"),
        extra_files=(f"{root}/a.csv",),
        extra_jars=(f"{root}/a.jar",),
        fixtures={f"{root}/data": "s3://bucket/a/"},
    )

    assert relative_to(root, whole) == CheckSettings(
        script="jobs/a.py",
        session_policy="policy.json",
        extra_py_files=("jobs/lib", "/etc/passwd", "s3://bucket/a.whl"),
        extra_files=("a.csv",),
        extra_jars=("a.jar",),
        fixtures={"data": "s3://bucket/a/"},
    )


def test_relative_to__one_fixture_in_two_spellings__loses_none(root):
    settings = CheckSettings(fixtures={f"{root}/data": "s3://bucket/a/", "data": "s3://bucket/b/"})

    assert relative_to(root, settings) == settings
