"""A large file is hashed for the plan and read again to be sent: what is read is what was hashed."""

import hashlib
import os
import tracemalloc
from contextlib import contextmanager
from typing import Any

import pytest

from plugin.checkout import LARGEST_FILE, LARGEST_HELD, MOST_BYTES, MOST_HELD, WorkingTree
from plugin.checkout.content import digest_of
from plugin.core.errors import Exit, FileChanged, Unusable
from plugin.core.shipping.shelf import Shelf
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.doubles.engine import Refusal
from tests.unit.lifecycle.stage import DELETES, play

SIZE = LARGEST_HELD + 3
BODY = (bytes(range(251)) * (SIZE // 251 + 1))[:SIZE]
NAME = "jars/a.jar"
MENDED = r"Ship what nothing writes to while the check runs: .*, and run the check again\.$"


@pytest.fixture
def root(tmp_path):
    """A checkout with a large file, beside something that is none of its business."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.jar").write_bytes(BODY)
    root = tmp_path / "repo"
    (root / "jars").mkdir(parents=True)
    (root / NAME).write_bytes(BODY)
    return root


def whole(content):
    """All bytes, read in pieces of an odd size."""
    with content.opened() as reading:
        pieces = [*iter(lambda: reading.read(70_001), b"")]
    return b"".join(pieces)


def planned(tree, path=NAME):
    """The content of a large file, which is not held."""
    content = tree.content(path)
    assert not isinstance(content, bytes)
    return content


# --- the plan -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../secret/a.jar", "/etc/passwd", ".git/config", "a\nb", ""])
def test_content__path_that_nobody_may_name__is_refused(root, path):
    with pytest.raises(Unusable):
        WorkingTree(root).content(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to("../secret/a.jar"), "x is a symbolic link"),
        (os.mkfifo, "x is no plain file"),
        (os.mkdir, "x is a folder"),
        (lambda path: None, "x is missing"),
    ],
)
def test_content__no_plain_file__is_refused_by_its_path(root, make, words):
    make(root / "x")

    with pytest.raises(Unusable, match=words):
        WorkingTree(root).content("x")


def test_content__too_large__is_refused_unread(root):
    with (root / "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    with pytest.raises(Unusable, match=f"large.bin is larger than {LARGEST_FILE} bytes"):
        WorkingTree(root).content("large.bin")


def test_content__files_that_are_too_large_together__are_refused(root):
    tree = WorkingTree(root)
    tree._bytes = MOST_BYTES - SIZE

    tree.content(NAME)

    with pytest.raises(Unusable, match=f"larger than {MOST_BYTES} bytes together"):
        tree.content(NAME)


class Growing:
    """A file that somebody fills while it is read."""

    def read(self, size):
        return b"x" * size


def test_content__file_that_grows_while_it_is_hashed__has_no_digest_and_an_end():
    growing: Any = Growing()

    assert digest_of(growing, 5) == ""


class Cutting(WorkingTree):
    """A tree in which somebody cuts a file off as soon as it was opened and looked at."""

    def _counted(self, path, file):
        size = super()._counted(path, file)
        os.truncate(self._root / path, size - 1)
        return size


@pytest.mark.parametrize("size", [1, SIZE])
def test_content__file_that_shrinks_while_it_is_hashed__is_refused(root, size):
    (root / NAME).write_bytes(b"x" * size)

    with pytest.raises(Unusable, match=f"{NAME} changed while it was read. Run the check again"):
        Cutting(root).content(NAME)


@pytest.mark.parametrize("size", [0, 1, LARGEST_HELD])
def test_content__small_file__is_its_bytes(root, size):
    (root / NAME).write_bytes(b"x" * size)

    assert WorkingTree(root).content(NAME) == b"x" * size


def test_content__small_files_that_are_much_together__are_not_all_held(root):
    (root / NAME).write_bytes(b"x" * LARGEST_HELD)
    tree = WorkingTree(root)

    found = [tree.content(NAME) for _ in range(MOST_HELD // LARGEST_HELD + 2)]

    held = [content for content in found if isinstance(content, bytes)]
    assert sum(map(len, held)) == MOST_HELD
    assert [whole(content) for content in found if content not in held] == [held[0]] * 2


def test_content__large_file__is_its_size_and_digest_and_the_same_each_time(root):
    content = planned(WorkingTree(root), f"./{NAME}")

    assert (content.size, content.digest) == (SIZE, hashlib.sha256(BODY).hexdigest())
    assert whole(content) == whole(content) == BODY
    with content.opened() as one, content.opened() as other:  # several checks send it at once
        assert (one.read(5), other.read(), one.read()) == (BODY[:5], BODY, BODY[5:])


def test_content__largest_file__is_hashed_and_read_piece_by_piece(root):
    with (root / NAME).open("wb") as file:
        file.truncate(LARGEST_FILE)
    tracemalloc.start()

    try:
        with planned(WorkingTree(root)).opened() as reading:
            while reading.read(LARGEST_HELD):
                pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * LARGEST_HELD


def test_shelf__held_or_read_again__has_the_same_key(root):
    (root / "a.jar").write_bytes(BODY[:LARGEST_HELD])
    roomy, full = WorkingTree(root), WorkingTree(root)
    full._held = MOST_HELD

    held, again = (Shelf(tree).item("a.jar") for tree in (roomy, full))

    assert isinstance(held.body, bytes)
    assert not isinstance(again.body, bytes)
    assert held.key == again.key


# --- the sending ----------------------------------------------------------------------------------


def grow(path):
    with path.open("ab") as file:
        file.write(b"x")


def replace_by(make):
    def act(path):
        path.unlink()
        make(path)

    return act


def link_the_folder(path):
    path.parent.rename(path.parent.parent / "away")
    path.parent.symlink_to("../secret")


CHANGES = {
    "other bytes": (lambda path: path.write_bytes(BODY[:-1] + b"\xff"), "as many bytes, but other"),
    "grown": (grow, f"It had {SIZE} bytes, and has {SIZE + 1}."),
    "shrunk": (lambda path: os.truncate(path, 5), f"It had {SIZE} bytes, and has 5."),
    "removed": (os.unlink, "It cannot be opened any more: No such file or directory."),
    "a link": (
        replace_by(lambda path: path.symlink_to("../../secret/a.jar")),
        f"It is refused by now: {NAME} is a symbolic link.",
    ),
    "a pipe": (replace_by(os.mkfifo), f"It is refused by now: {NAME} is no plain file."),
    "a folder": (replace_by(os.mkdir), f"It is refused by now: {NAME} is a folder."),
    "behind a link": (link_the_folder, f"{NAME} lies behind jars, which is a symbolic link."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_content__changed_after_the_plan__is_refused_and_says_what_to_do(root, change):
    """Also where the very bytes lie behind a link: what a link leads to is its author's choice."""
    content = planned(WorkingTree(root))
    act, words = CHANGES[change]
    act(root / NAME)

    with pytest.raises(FileChanged) as caught:
        whole(content)

    said = str(caught.value)
    assert said.startswith(f"{NAME} changed between the plan and its upload, so nothing of it was")
    assert words in said
    assert "Ship what nothing writes to while the check runs" in caught.value.hint
    assert caught.value.exit_code is Exit.ERRORED


def test_content__working_directory_gone__is_refused(root):
    content = planned(WorkingTree(root))
    root.rename(root.parent / "elsewhere")

    with pytest.raises(FileChanged, match="It cannot be opened any more: No such file"):
        whole(content)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda path: os.truncate(path, SIZE // 2), f"It had {SIZE} bytes, and has fewer."),
        (lambda path: path.write_bytes(bytes(SIZE)), "as many bytes, but others"),
    ],
    ids=["shrunk", "other bytes"],
)
def test_content__changed_while_it_is_read__never_gives_all_bytes(root, act, words):
    content = planned(WorkingTree(root))

    with content.opened() as reading:
        reading.read(10)
        act(root / NAME)

        with pytest.raises(FileChanged, match=words):
            reading.read()


def test_content__grown_while_it_is_read__gives_what_was_hashed(root):
    content = planned(WorkingTree(root))

    with content.opened() as reading:
        grow(root / NAME)

        assert reading.read() == BODY
        assert reading.read(1) == b""


class Broken:
    """A file on a disk that breaks."""

    def read(self, size):
        raise OSError(5, "Input/output error")


def test_content__disk_that_breaks_meanwhile__is_refused(root):
    content = planned(WorkingTree(root))

    with content.opened() as reading:
        reading._file = Broken()

        with pytest.raises(FileChanged, match="cannot be read any more: Input/output error"):
            reading.read()


class Swapping(WorkingTree):
    """A tree in which somebody acts between the look at a file and its opening."""

    act = staticmethod(lambda: None)

    @contextmanager
    def _opened_parent(self, path):
        with super()._opened_parent(path) as opened:
            yield opened
            self.act()


def test_content__sent_while_the_folder_is_swapped_for_a_link__reads_what_it_looked_at(root):
    tree = Swapping(root)
    content = planned(tree)
    (root.parent / "secret" / "a.jar").write_bytes(bytes(SIZE))
    tree.act = lambda: link_the_folder(root / NAME)

    assert whole(content) == BODY


class Racing(WorkingTree):
    """A tree in which somebody puts a link in the place of what was just looked at."""

    name = ""

    def _look(self, parent, name, path):
        facts = super()._look(parent, name, path)
        if name == self.name:
            self.name = ""
            os.rename(name, "away", src_dir_fd=parent, dst_dir_fd=parent)
            secret = self._root.parent / "secret"
            os.symlink(secret if name == "jars" else secret / name, name, dir_fd=parent)
        return facts


@pytest.mark.parametrize("name", ["a.jar", "jars"])
def test_content__swapped_for_a_link_after_the_look__is_not_followed(root, name):
    (root.parent / "secret" / "a.jar").write_bytes(bytes(SIZE))
    tree = Racing(root)
    content = planned(tree)
    tree.name = name

    with pytest.raises(FileChanged, match="It cannot be opened any more"):
        whole(content)


@pytest.mark.parametrize("name", ["a.jar", "jars"])
def test_read__swapped_for_a_link_after_the_look__is_not_followed(root, name):
    tree = Racing(root)
    tree.name = name

    with pytest.raises(Unusable, match=f"{NAME} cannot be read"):
        tree.read(NAME)


def test_run_check__file_changed_before_it_was_sent__is_errored_and_leaves_nothing():
    error = FileChanged("a.jar changed.", hint="Build it before.")

    played = play(refusals={"upload": Refusal(error=error, passes=1)})

    result = played.result
    assert (result.verdict, result.trouble) == (Verdict.ERRORED, Trouble.CI_MACHINE)
    assert (result.reason, result.hint) == ("a.jar changed.", "Build it before.")
    assert tuple(played.engine.calls[-3:]) == DELETES
    assert "create_job" not in " ".join(map(str, played.engine.calls))
