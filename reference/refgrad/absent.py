"""What PyTorch has and refgrad has not: a name that is missing here must not look as if PyTorch lacked it."""

from __future__ import annotations

__all__ = ["missing"]

_ABSENT = {
    "torch": frozenset(
        """
        accelerator amp autocast backends compile compiler cpu distributed distributions export fft fx hub jit library
        mps multiprocessing nested onnx package profiler quantization set_float32_matmul_precision sparse version xpu
        """.split()  # noqa: SIM905 - names are read more easily without their quotes
    ),
    "torch.nn": frozenset(
        """
        AdaptiveLogSoftmaxWithLoss ConvTranspose1d ConvTranspose2d ConvTranspose3d DataParallel GRU GRUCell LSTM LSTMCell
        MultiheadAttention RNN RNNCell Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
        TransformerEncoderLayer attention parallel quantized
        """.split()  # noqa: SIM905
    ),
}


def missing(module: str, name: str) -> AttributeError:
    """Return the error for a name that `module` of torch's ("torch", "torch.nn") does not have here."""
    if name in _ABSENT[module]:
        return AttributeError(
            f"refgrad has no {module}.{name}, which PyTorch has; see its README for what is left out"
        )
    return AttributeError(f"module '{module}' has no attribute '{name}'")
