"""Neural networks: modules, parameters, losses."""

from __future__ import annotations

import importlib
from typing import Any

from .._package import show_only as _show_only
from . import functional, init
from .activation import *  # noqa: F403
from .containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .linear import Bilinear, Dropout, Embedding, Flatten, Identity, Linear, Unflatten
from .loss import *  # noqa: F403
from .module import Module
from .parameter import Buffer, Parameter

__all__ = [
    "Bilinear",
    "Buffer",
    "Dropout",
    "Embedding",
    "Flatten",
    "Identity",
    "Linear",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "Sequential",
    "Unflatten",
    "functional",
    "init",
]


_MODULES = ("functional", "init", "parameter", "utils")

# Layers that are imported when one of them is first used, by module.
_LAYERS = {
    "attention": "MultiheadAttention",
    "convolution": (
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AvgPool1d AvgPool2d Conv1d Conv2d Conv3d MaxPool1d MaxPool2d"
    ),
    "dropout": "AlphaDropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    "normalization": (
        "BatchNorm1d BatchNorm2d BatchNorm3d GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm RMSNorm"
    ),
    "padding": (
        "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d "
        "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d"
    ),
    "margin_loss": (
        "CTCLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss SoftMarginLoss TripletMarginWithDistanceLoss"
    ),
    "transposed_convolution": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
    "volumes": (
        "AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool3d Fold LPPool1d LPPool2d LPPool3d "
        "LocalResponseNorm MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Unfold"
    ),
    "recurrent": "GRU LSTM RNN RNNBase",
    "recurrent_cells": "GRUCell LSTMCell RNNCell RNNCellBase",
    "ranking_loss": (
        "CosineEmbeddingLoss CosineSimilarity GaussianNLLLoss HingeEmbeddingLoss MarginRankingLoss PairwiseDistance "
        "PoissonNLLLoss TripletMarginLoss"
    ),
    "transformer": "Transformer TransformerDecoder TransformerEncoder",
    "transformer_layers": "TransformerDecoderLayer TransformerEncoderLayer",
    "shrinking": "ChannelShuffle Hardshrink PixelShuffle PixelUnshuffle RReLU Softmax2d Softshrink",
}
LATE = {name: module for module, names in _LAYERS.items() for name in names.split()}


def __dir__() -> list[str]:
    return sorted({*globals(), *LATE, *_MODULES})


def __getattr__(name: str) -> Any:
    """Import layers for images, and helpers, on first use."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in LATE:
        found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{LATE[name]}"), name)
        return found
    from ..absent import missing

    raise missing("torch.nn", name)


_show_only(__name__, _MODULES)
