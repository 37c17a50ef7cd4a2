"""The working tree: what lies inside is read, what leaves it is refused, and nothing hangs."""

import os
import socket
from pathlib import Path

import pytest

from plugin.checkout import LARGEST_FILE, MOST_BYTES, MOST_FILES, WorkingTree
from plugin.core.errors import Unusable

OUTSIDE = ["..", "../x", "a/../../x", "/etc/passwd", "//etc/passwd", "", "a\0b", "a/.."]


@pytest.fixture
def root(tmp_path):
    """A checkout beside something that is none of its business."""
    (tmp_path / "secret.py").write_text("secret")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.py").write_text("secret")
    root = tmp_path / "repo"
    for name in ("a.py", "jobs/b.py", "jobs/deep/c.py", ".git/config", "jobs/.env", ".hidden/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.fixture
def tree(root):
    return WorkingTree(root)


def link(root, name, target):
    (root / name).symlink_to(target)
    return name


# --- read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OUTSIDE)
def test_read__path_outside__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.read(path)


@pytest.mark.parametrize("path", ["a\nb.py", "jobs/\x1b[2K.py"])
def test_read__name_with_a_control_character__is_refused(tree, path):
    with pytest.raises(Unusable, match="holds a control character"):
        tree.read(path)


@pytest.mark.parametrize("path", ["\ud800.py", "a/\udcff.py"])
def test_read__name_that_is_not_utf_8__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a name in UTF-8"):
        tree.read(path)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("../secret.py", "link.py is a symbolic link that leaves the checkout"),
        ("/etc/passwd", "link.py is a symbolic link that leaves the checkout"),
        ("/proc/self/environ", "link.py is a symbolic link that leaves the checkout"),
        ("jobs/../../secret.py", "link.py is a symbolic link that leaves the checkout"),
        ("link.py", "link.py is a chain of links without an end|link.py cannot be read"),
        ("nowhere.py", "link.py is missing"),
        ("jobs", "link.py is a folder"),
    ],
)
def test_read__link_that_leads_to_nothing_of_ours__is_refused_by_its_name(
    tree, root, target, words
):
    link(root, "link.py", target)

    with pytest.raises(Unusable, match=words) as caught:
        tree.read("link.py")

    assert "secret" not in str(caught.value)


def test_read__file_below_a_folder_that_leaves__is_refused(tree, root):
    link(root, "lib", "../private")

    with pytest.raises(Unusable, match=r"lib/key.py is a symbolic link that leaves"):
        tree.read("lib/key.py")


def test_read__circle_of_links__is_refused(tree, root):
    link(root, "one", "two")
    link(root, "two", "one")

    with pytest.raises(Unusable, match=r"one is a chain of links without an end|cannot be read"):
        tree.read("one")


def test_read__chain_that_leaves_at_its_end__is_refused(tree, root):
    link(root, "l0", "../secret.py")
    for number in range(1, 5):
        link(root, f"l{number}", f"l{number - 1}")

    with pytest.raises(Unusable, match="l4 is a symbolic link that leaves"):
        tree.read("l4")


def test_read__chain_that_stays__is_followed(tree, root):
    link(root, "l0", "jobs/b.py")
    for number in range(1, 5):
        link(root, f"l{number}", f"l{number - 1}")

    assert tree.read("l4") == b"jobs/b.py"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.py", "missing.py is missing. Check the path, and that the repository is checked"),
        ("jobs", "jobs is a folder. Name a file, or a glob"),
        (".", ". is a folder"),
        ("a.py/b.py", "a.py/b.py cannot be read: Not a directory"),
        ("x" * 300, "xxx cannot be read: File name too long"),
    ],
)
def test_read__no_file__is_refused_by_its_path(tree, path, words):
    with pytest.raises(Unusable, match=words):
        tree.read(path)


def test_read__pipe__is_refused_and_not_waited_for(tree, root):
    os.mkfifo(root / "pipe.py")

    with pytest.raises(Unusable, match=r"pipe.py is no plain file"):
        tree.read("pipe.py")


def test_read__socket__is_refused(tree, root):
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(root)
        server.bind("s.py")

        with pytest.raises(Unusable, match=r"s.py cannot be read"):
            tree.read("s.py")


def test_read__too_large__is_refused_unread(tree, root):
    with (root / "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    with pytest.raises(Unusable, match=f"large.bin is larger than {LARGEST_FILE} bytes"):
        tree.read("large.bin")


@pytest.mark.parametrize("path", ["jobs/b.py", "./jobs/b.py", "jobs//b.py", "jobs/./b.py"])
def test_read__file__is_its_bytes(tree, path):
    assert tree.read(path) == b"jobs/b.py"


def test_read__root_behind_a_link__is_the_checkout(root):
    link(root.parent, "alias", "repo")

    assert WorkingTree(root.parent / "alias").read("a.py") == b"a.py"


# --- globs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["../*.py", "/etc/*", "jobs/../../*"])
def test_matches__pattern_outside__is_refused(tree, pattern):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.matches(pattern)


@pytest.mark.parametrize("pattern", ["**", "**/*", "*", "**/*.py"])
def test_matches__links_and_hidden_ones__are_left_out(tree, root, pattern):
    link(root, "linked.py", "../secret.py")
    link(root, "private", "../private")
    link(root, "circle", ".")

    found = tree.matches(pattern)

    expected = ("a.py",) if pattern == "*" else ("a.py", "jobs/b.py", "jobs/deep/c.py")
    assert found == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.py", ("a.py",)),
        ("./jobs/*.py", ("jobs/b.py",)),
        ("jobs/**/*.py", ("jobs/b.py", "jobs/deep/c.py")),
        ("*.sql", ()),
        (".hidden/*", ()),
    ],
)
def test_matches__pattern__is_the_files_sorted(tree, pattern, expected):
    assert tree.matches(pattern) == expected


def test_matches__more_files_than_a_checkout_has__is_refused(tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(MOST_FILES + 1):
        os.mknod(tmp_path / "many" / str(number))

    with pytest.raises(Unusable, match=f"The checkout holds more than {MOST_FILES} files"):
        WorkingTree(tmp_path).matches("*")
    with pytest.raises(Unusable, match=f"many holds more than {MOST_FILES} files"):
        WorkingTree(tmp_path).files_below("many")


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OUTSIDE)
def test_folders__path_outside__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.is_folder(path)
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.files_below(path)


def test_folders__link_that_leaves__is_refused(tree, root):
    link(root, "lib", "../private")

    with pytest.raises(Unusable, match="lib is a symbolic link that leaves"):
        tree.is_folder("lib")
    with pytest.raises(Unusable, match="lib is a symbolic link that leaves"):
        tree.files_below("lib")


@pytest.mark.parametrize("path", ["a.py", "missing"])
def test_files_below__no_folder__is_refused(tree, path):
    assert not tree.is_folder(path)
    with pytest.raises(Unusable, match=f"{path} is no folder"):
        tree.files_below(path)


def test_files_below__folder__is_its_files_without_links_and_hidden_ones(tree, root):
    link(root / "jobs", "linked.py", "../../secret.py")

    assert tree.is_folder("jobs")
    assert tree.files_below("./jobs/") == ("jobs/b.py", "jobs/deep/c.py")


def test_files_below__link_that_stays__can_be_read(tree, root):
    link(root, "alias", "jobs")

    assert tree.files_below("alias") == ("alias/b.py", "alias/deep/c.py")
    assert [tree.read(path) for path in tree.files_below("alias")] == [
        b"jobs/b.py",
        b"jobs/deep/c.py",
    ]


def test_files_below__whole_checkout__is_everything(tree):
    assert tree.files_below(".") == ("a.py", "jobs/b.py", "jobs/deep/c.py")


def test_files_below__pipe_among_the_files__is_listed_and_refused_when_read(tree, root):
    os.mkfifo(root / "jobs" / "pipe")

    assert "jobs/pipe" in tree.files_below("jobs")
    with pytest.raises(Unusable, match="jobs/pipe is no plain file"):
        tree.read("jobs/pipe")


def test_working_tree__relative_root__is_the_current_folder(root):
    os.chdir(root)

    assert WorkingTree(Path()).read("a.py") == b"a.py"


def test_read__files_that_are_too_large_together__are_refused(root):
    tree = WorkingTree(root)
    with (root / "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE)

    for _ in range(MOST_BYTES // LARGEST_FILE):
        tree.read("large.bin")

    with pytest.raises(Unusable, match="larger than 536870912 bytes together"):
        tree.read("large.bin")
