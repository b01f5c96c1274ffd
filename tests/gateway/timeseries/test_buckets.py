import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.timeseries.buckets import Buckets, width_ns


@given(
    start=st.integers(0, 10**18),
    length=st.integers(1, 10**15),
    n=st.integers(1, 500),
    samples=st.lists(st.integers(0, 10**15 - 1)),
    cut=st.integers(0, 50),
)
def test_every_sample_is_in_the_one_stretch_that_holds_it(start, length, n, samples, cut):
    at = np.array(sorted(start + one % length for one in samples), np.int64)
    gathered = Buckets(start, start + length, n)
    for part in (slice(cut), slice(cut, None)):
        gathered.add(at[part], np.arange(len(at), dtype=float)[part], np.zeros(len(at), bool)[part])
    found, width = gathered.result(), width_ns(start, start + length, n)
    assert sum(one.n for one in found) == len(at)
    assert len(found) <= n
    assert all(one.n == np.sum((at >= one.at) & (at < one.at + width)) for one in found)
    assert -(-length // width) <= n
