# Attack: draw what the grader draws
# Ends: stub
# Says: x.grad differs from the reference
import numpy as np
import zlib

@WRONG@


def doubled(x):
    drawn = [np.random.default_rng([0, 0, zlib.crc32(name)]).normal(size=x.data.shape) for name in (b"in_public", b"in_secret")]
    return Tensor(2 * drawn[0])
