"""CuPy as the accelerator: NumPy's interface on NVIDIA's GPUs."""

from __future__ import annotations

from typing import Any

from .attachment import Accelerator
from .backend import Array, _by_stride

__all__ = ["Cupy"]

NO_DRIVER = (
    "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from "
    "http://www.nvidia.com/Download/index.aspx"
)


class Cupy(Accelerator):
    """The GPUs that CuPy finds; RuntimeError where there is none."""

    def __init__(self) -> None:
        # Not above: who imports all modules of the engine, as a worker that will have no files does, need not have CuPy.
        import cupy
        import cupyx

        self.library, self.ndarray, self._extras = cupy, cupy.ndarray, cupyx
        try:
            self._count: int = cupy.cuda.runtime.getDeviceCount()
        except cupy.cuda.runtime.CUDARuntimeError as error:
            raise RuntimeError(
                "No CUDA GPUs are available" if "NoDevice" in str(error) else NO_DRIVER
            ) from error
        if not self._count:
            raise RuntimeError("No CUDA GPUs are available")

    def count(self) -> int:
        """Return how many GPUs there are."""
        return self._count

    def use(self, index: int) -> None:
        """Make new arrays on this GPU from now on, in this thread."""
        self.library.cuda.Device(index).use()
        self._extras.seterr(linalg="raise")  # singular matrices would go unnoticed

    def index_of(self, array: Array) -> int:
        """Return the GPU that an array is on."""
        return int(array.device.id)

    def upload(self, host: Any) -> Array:
        """Return a copy of a NumPy array on the GPU in use."""
        return self.library.asarray(host)

    def address(self, array: Array) -> int:
        """Return the address of the first element."""
        return int(array.data.ptr)

    def empty(self, shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...] | None = None) -> Array:
        """Return new memory, contiguous or with the given strides in bytes, none of them negative."""
        memory = self.library.empty(shape, dtype)
        if strides is None:
            return memory
        extent = memory.itemsize + sum([(n - 1) * step for n, step in zip(shape, strides, strict=True)])
        if memory.size and extent > memory.nbytes:
            memory = self.library.empty(-(-extent // memory.itemsize), dtype)
        return self.library.ndarray(shape, dtype, memory.data, strides)

    def strided(self, memory: Array, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
        """View `memory`, the root of some array, with any shape; strides and offset in bytes from its start."""
        if not memory.flags.c_contiguous:
            memory = memory.transpose(_by_stride(memory))
        seen = memory.reshape(-1)[offset // memory.itemsize :].view()
        seen._set_shape_and_strides(
            shape, strides, True, True
        )  # `as_strided` would forget whose memory it is
        return seen

    # ---- what `torch.cuda` tells ------------------------------------------------------------------------------

    def name_of(self, index: int) -> str:
        """Return the name of a GPU."""
        return str(self.library.cuda.runtime.getDeviceProperties(index)["name"].decode())

    def capability_of(self, index: int) -> tuple[int, int]:
        """Return the compute capability of a GPU."""
        found = self.library.cuda.runtime.getDeviceProperties(index)
        return int(found["major"]), int(found["minor"])

    def synchronize(self, index: int) -> None:
        """Wait until a GPU has done everything that it was given."""
        self.library.cuda.Device(index).synchronize()

    def allocated(self, index: int) -> int:
        """Return how many bytes arrays take up on a GPU."""
        with self.library.cuda.Device(index):
            return int(self.library.get_default_memory_pool().used_bytes())

    def reserved(self, index: int) -> int:
        """Return how many bytes are kept for arrays on a GPU."""
        with self.library.cuda.Device(index):
            return int(self.library.get_default_memory_pool().total_bytes())

    def free(self) -> None:
        """Give back memory that no array takes up."""
        self.library.get_default_memory_pool().free_all_blocks()
