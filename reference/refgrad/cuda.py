"""`torch.cuda`: the GPUs that CuPy finds. Where there is none, nothing is available, and what needs one is refused."""

from __future__ import annotations

from typing import Any

from . import attachment
from .device import device as _device
from .device import require

__all__ = [
    *("current_device", "device", "device_count", "empty_cache", "get_device_capability", "get_device_name"),
    *(
        "is_available",
        "is_initialized",
        "manual_seed",
        "manual_seed_all",
        "memory_allocated",
        "memory_reserved",
    ),
    *("set_device", "synchronize"),
]


def is_available() -> bool:
    """Return whether tensors can be on a GPU."""
    return device_count() > 0


def device_count() -> int:
    """Return how many GPUs there are."""
    return attachment.count()


def is_initialized() -> bool:
    """Return whether the GPU is in use."""
    return attachment.attached() is not None


def init() -> None:
    """Use the GPUs from now on, as the first tensor there would do; refused where there are none."""
    attachment.load()


def manual_seed(seed: int) -> None:
    """Start the stream of random numbers of the current GPU for `seed`; nothing, where there is no GPU."""
    if is_available():
        from .generator import default

        default(require("cuda")).manual_seed(int(seed))


def manual_seed_all(seed: int) -> None:
    """Start the streams of random numbers of all GPUs for `seed`."""
    from .generator import default

    for index in range(device_count()):
        default(require(index)).manual_seed(int(seed))


def current_device() -> int:
    """Return the number of the GPU that "cuda" stands for."""
    return _index(None)


def set_device(device: Any) -> None:
    """Let "cuda" stand for this GPU in this thread."""
    attachment.here.current = _index(device)


class device:  # noqa: N801 - torch's name
    """Let "cuda" stand for a GPU inside a `with` block."""

    def __init__(self, device: Any) -> None:
        self.index = _index(device)

    def __enter__(self) -> None:
        self.before = attachment.here.current
        attachment.here.current = self.index

    def __exit__(self, *_: Any) -> None:
        attachment.here.current = self.before


def synchronize(device: Any = None) -> None:
    """Wait until a GPU has done everything that it was given."""
    attachment.load().synchronize(_index(device))


def get_device_name(device: Any = None) -> str:
    """Return the name of a GPU."""
    found = attachment.load()
    index = attachment.here.current if device is None else _device(device).index
    if index is None or index >= found.count():
        raise AssertionError("Invalid device id")
    return found.name_of(index)


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Return the compute capability of a GPU: major and minor number."""
    return attachment.load().capability_of(_index(device))


def memory_allocated(device: Any = None) -> int:
    """Return how many bytes tensors take up on a GPU; 0 as long as none was there."""
    found = attachment.attached()
    return 0 if found is None else found.allocated(_index(device))


def memory_reserved(device: Any = None) -> int:
    """Return how many bytes are kept for tensors on a GPU."""
    found = attachment.attached()
    return 0 if found is None else found.reserved(_index(device))


def empty_cache() -> None:
    """Give back memory of the GPUs that no tensor takes up."""
    found = attachment.attached()
    if found is not None:
        found.free()


def _index(device: Any) -> int:
    """Return the number of a GPU that is named, or (None) of the current one; refused where it is not there."""
    where = require("cuda" if device is None else device)
    if where.index is None:
        raise ValueError(f"Expected a cuda device, but got: {where}")
    return where.index


class _Missing(type):
    """The old constructors of tensors on a GPU; a call is refused."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            f"type torch.cuda.{cls.__name__} not available. Torch not compiled with CUDA enabled."
        )


def __getattr__(name: str) -> Any:
    """Return the class of an old constructor: `torch.cuda.FloatTensor`."""
    if name.endswith("Tensor"):
        return _Missing(name, (), {"__module__": "torch.cuda"})
    from .absent import missing

    raise missing("torch.cuda", name)
