"""What every object store must do; an adapter's test class supplies the fixture `store` and nothing else."""

from __future__ import annotations

import hashlib
import random
import secrets
import threading
from collections.abc import Iterator

import pytest

from archive.vault.errors import KeyRefused, ObjectDeleted, ObjectExists, ObjectMissing
from archive.vault.store import ObjectStore

HOSTILE = [
    "", "/", ".", "..", "a/..", "../a", "a/../b", "/a", "a/", "a//b", "a/./b", "A", "a b", "a\0b", "a\nb",
    "a\n",
    "a.b", "a-b", "a_b", "~", "~root", "a\\b", "..\\a", "%2e%2e/a", "a/%00", "សាក្សី", "ａ", "а",
    "é", "a\u202eb", "a\ud800",
    "c" * 65, "/".join("a" * 9), "a/" + "b" * 65, "nul/..", "a:b", "a*", "a?", "deleted.object",
    ".put", "a/.put-1",
]  # fmt: skip


def new_key() -> str:
    """A key no other test uses, so that a real service can serve the whole suite."""
    return f"contract/{secrets.token_hex(16)}"


class ObjectStoreContract:
    """Subclass it, with a fixture `store` that returns the store under test."""

    @pytest.mark.parametrize("sizes", [[], [0], [1], [5, 0, 7], [65_536, 3], [3_000_000]])
    def test_what_was_put_is_read(self, store: ObjectStore, sizes: list[int]) -> None:
        key, chunks = new_key(), [random.Random(n).randbytes(n) for n in sizes]
        content = b"".join(chunks)
        stat = store.put(key, chunks)
        assert (stat.key, stat.size, stat.sha512) == (key, len(content), hashlib.sha512(content).hexdigest())
        assert store.stat(key) == stat
        assert store.read(key, 0, len(content) + 1) == content

    def test_a_range_is_the_slice(self, store: ObjectStore) -> None:
        key, content = new_key(), random.Random(7).randbytes(100_000)
        store.put(key, [content])
        for start, length in [
            (0, 1),
            (99_999, 1),
            (99_999, 5),
            (100_000, 5),
            (200_000, 5),
            (5, 0),
            (17, 70_000),
        ]:
            assert store.read(key, start, length) == content[start : start + length]
        for start, length in [(-1, 5), (0, -1)]:
            with pytest.raises(ValueError, match="negative"):
                store.read(key, start, length)

    def test_an_object_is_written_once(self, store: ObjectStore) -> None:
        key = new_key()
        first = store.put(key, [b"first"])
        for again in ([b"second, and longer"], [b"first"], []):
            with pytest.raises(ObjectExists):
                store.put(key, again)
        assert store.read(key, 0, 100) == b"first"
        assert store.stat(key) == first

    def test_of_many_writers_one_wins(self, store: ObjectStore) -> None:
        key, won, refused = new_key(), [], []
        barrier = threading.Barrier(6)

        def write(number: int) -> None:
            def chunks() -> Iterator[bytes]:
                yield bytes([number]) * 1000
                barrier.wait()  # all of them are in the middle of it now
                yield bytes([number]) * 1000

            try:
                store.put(key, chunks())
                won.append(number)
            except ObjectExists:
                refused.append(number)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(refused)) == (1, 5)
        assert store.read(key, 0, 3000) == bytes(won) * 2000

    def test_what_was_never_put_is_missing(self, store: ObjectStore) -> None:
        key = new_key()
        for ask in (
            lambda: store.read(key, 0, 1),
            lambda: store.stat(key),
            lambda: store.delete(key),
            lambda: store.discard(key),
        ):
            with pytest.raises(ObjectMissing):
                ask()
        store.put(key, [b"now"])
        assert store.read(key, 0, 3) == b"now"

    def test_a_deleted_object_never_comes_back(self, store: ObjectStore) -> None:
        key = new_key()
        store.put(key, [b"withdrawn"])
        store.delete(key)
        store.delete(key)
        for ask in (
            lambda: store.read(key, 0, 1),
            lambda: store.stat(key),
            lambda: store.put(key, [b"withdrawn"]),
        ):
            with pytest.raises(ObjectDeleted):
                ask()
        assert key not in set(store.keys())

    def test_a_discarded_object_can_be_tried_again(self, store: ObjectStore) -> None:
        key = new_key()
        store.put(key, [b"not read back"])
        store.discard(key)
        assert key not in set(store.keys())
        with pytest.raises(ObjectMissing):
            store.read(key, 0, 1)
        store.put(key, [b"second try"])
        assert store.read(key, 0, 100) == b"second try"

    def test_keys_names_what_can_be_read(self, store: ObjectStore) -> None:
        kept, deleted = {new_key() for _ in range(5)}, {new_key() for _ in range(3)}
        for key in kept | deleted:
            store.put(key, [b"x"])
        for key in deleted:
            store.delete(key)
        assert set(store.keys()) & (kept | deleted) == kept

    def test_a_key_below_another_is_another_object(self, store: ObjectStore) -> None:
        key = new_key()
        store.put(f"{key}/below", [b"below"])
        store.put(key, [b"above"])
        store.delete(key)
        assert store.read(f"{key}/below", 0, 9) == b"below"

    def test_a_source_that_breaks_leaves_nothing(self, store: ObjectStore) -> None:
        class TornSource(OSError):
            pass

        def chunks() -> Iterator[bytes]:
            yield b"half of it"
            raise TornSource

        key = new_key()
        with pytest.raises(TornSource):
            store.put(key, chunks())
        assert key not in set(store.keys())
        store.put(key, [b"whole"])
        assert store.read(key, 0, 9) == b"whole"

    @pytest.mark.parametrize("key", HOSTILE)
    def test_a_hostile_key_is_refused(self, store: ObjectStore, key: str) -> None:
        for ask in (
            lambda: store.put(key, [b"x"]),
            lambda: store.read(key, 0, 1),
            lambda: store.stat(key),
            lambda: store.delete(key),
            lambda: store.discard(key),
        ):
            with pytest.raises(KeyRefused):
                ask()

    def test_the_longest_key_is_taken(self, store: ObjectStore) -> None:
        key = "/".join([secrets.token_hex(32)] * 8)
        store.put(key, [b"x"])
        assert store.read(key, 0, 1) == b"x"

    def test_the_probe_is_content_and_leaves_nothing(self, store: ObjectStore) -> None:
        before = set(store.keys())
        store.probe()
        store.probe()
        assert set(store.keys()) == before
