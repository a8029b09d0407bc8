"""How much of a node is read: enough to prove it, little enough that a million records are checked in minutes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is read of one node at most. The snapshot is always read whole, since only a whole one proves anything.

    change_lines:    changes read in pages of 1,000; past them the proof rests on the snapshot alone.
    small_pages:     pages read of one line, and of seven.
    whole_records:   records of the snapshot judged by schema and rules; of those after them, one in `one_in`.
    samples:         buckets, and record links, asked for.
    most_bytes:      one answer, decompressed, except the snapshot: `snapshot_bytes`.
    max_ratio:       decompressed to received bytes, judged once `ratio_grace_bytes` came out.
    min_rate:        bytes a second, over any `slow_after_s` seconds; timeout_s: between two reads.
    attempts:        readings of a node that changes while it is read, before comparisons are left out.
    """

    change_lines: int = 100_000
    small_pages: int = 30
    whole_records: int = 50_000
    one_in: int = 20
    samples: int = 4
    most_bytes: int = 256 << 20
    snapshot_bytes: int = 8 << 30
    max_ratio: int = 100
    ratio_grace_bytes: int = 1 << 20
    min_rate: int = 1_000
    slow_after_s: float = 60.0
    timeout_s: float = 30.0
    attempts: int = 3
