"""Operations that a short program does without: their modules are imported when one of them is first used.

Fifty modules take a fifth of the time that NumPy takes to be imported; these are a third of that.
"""

from __future__ import annotations

import importlib
from typing import Any

from .tensor import Tensor

__all__ = ["FUNCTIONS", "load_all"]

# By module. A plain name is a function and a method; `torch.x` is only a function, `Tensor.x` only a method.
_NAMES = {
    "foreign_memory": "torch.asarray",
    "_random": "torch.bernoulli Tensor.bernoulli_ Tensor.exponential_ Tensor.normal_ Tensor.random_ Tensor.uniform_",
    "_counts": (
        "Tensor.bernoulli Tensor.cauchy_ Tensor.geometric_ Tensor.log_normal_ Tensor.multinomial torch.poisson"
    ),
    "_random_tensors": (
        "torch.multinomial torch.normal torch.rand torch.rand_like torch.randint torch.randint_like torch.randn "
        "torch.randn_like torch.randperm"
    ),
    "ops.asking": (
        "Tensor.const_data_ptr Tensor.dim_order torch.get_device Tensor.is_cpu is_distributed torch.is_inference Tensor.is_ipu "
        "Tensor.is_maia Tensor.is_mps Tensor.is_mtia Tensor.is_nested Tensor.is_nonzero Tensor.is_pinned torch.is_same_size "
        "Tensor.is_set_to is_signed Tensor.is_sparse_csr Tensor.is_vulkan Tensor.is_xla Tensor.is_xpu Tensor.ndimension "
        "Tensor.to_dense"
    ),
    "ops.bits": (
        "bitwise_left_shift Tensor.bitwise_left_shift_ bitwise_right_shift Tensor.bitwise_right_shift_ frexp"
    ),
    "ops.divisions": (
        "floor_divide Tensor.floor_divide_ fmod Tensor.fmod_ remainder Tensor.remainder_ Tensor.__floordiv__ "
        "Tensor.__ifloordiv__ Tensor.__imod__ Tensor.__mod__ Tensor.__rfloordiv__ Tensor.__rmod__"
    ),
    "ops.index_assignment": "Tensor.__delitem__ Tensor.__setitem__ index_put Tensor.index_put_",
    "ops.membership": "torch.isin nonzero_static torch.unravel_index",
    "ops.python_calls": "Tensor.apply_ Tensor.map_ Tensor.map2_",
    "ops.restriding": (
        "Tensor.as_strided_ as_strided_scatter Tensor.new_empty_strided Tensor.resize_as_ Tensor.sum_to_size"
    ),
    "signal_windows": "torch.bartlett_window torch.blackman_window torch.hamming_window torch.hann_window",
    "ops.blocks": (
        "torch.atleast_1d torch.atleast_2d torch.atleast_3d torch.block_diag torch.broadcast_shapes "
        "torch.broadcast_tensors torch.cartesian_prod torch.column_stack torch.combinations dsplit torch.dstack hsplit "
        "torch.hstack torch.row_stack tensor_split torch.tril_indices torch.triu_indices vsplit torch.vstack"
    ),
    "ops.complex": (
        "adjoint angle torch.complex conj conj_physical Tensor.conj_physical_ torch.imag is_conj is_neg isreal torch.polar torch.real resolve_conj "
        "resolve_neg sgn torch.view_as_complex torch.view_as_real"
    ),
    "ops.convolution": "torch.conv1d torch.conv2d torch.conv3d",
    "ops.distances": (
        "torch.cdist cross torch.cumulative_trapezoid dist heaviside Tensor.heaviside_ renorm torch.trapezoid torch.trapz"
    ),
    "ops.searching": (
        "argwhere bincount torch.bucketize histc torch.is_nonzero mode nanquantile quantile torch.searchsorted "
        "unique_consecutive"
    ),
    "ops.folding": "flatten moveaxis movedim ravel swapaxes swapdims unflatten",
    "ops.gathering": (
        "gather index_select masked_select scatter Tensor.scatter_ scatter_add Tensor.scatter_add_ take take_along_dim"
    ),
    "ops.pairwise": (
        "addcdiv Tensor.addcdiv_ addcmul Tensor.addcmul_ atan2 copysign hypot lerp Tensor.lerp_ logaddexp logit "
        "nan_to_num outer xlogy"
    ),
    "ops.placing": (
        "index_add Tensor.index_add_ index_copy Tensor.index_copy_ index_fill Tensor.index_fill_ masked_fill "
        "Tensor.masked_fill_ masked_scatter Tensor.masked_scatter_"
    ),
    "ops.scanning": "argsort cummax cummin cumprod cumsum diff kthvalue median nanmedian sort topk unique",
    "ops.selection": (
        "Tensor._where amax amin argmax argmin clamp Tensor.clamp_ clamp_max clamp_min clip fmax fmin max maximum min "
        "minimum nonzero where"
    ),
    "ops.special_functions": (
        "deg2rad deg2rad_ erfc erfc_ erfinv erfinv_ float_power Tensor.float_power_ gcd isneginf isposinf lcm ldexp logaddexp2 logcumsumexp "
        "nextafter rad2deg rad2deg_ sinc sinc_"
    ),
    "ops.renamed": (
        "arccosh arcsinh arctanh arctan2 greater greater_equal less less_equal msort not_equal Tensor.absolute_ "
        "Tensor.arccos_ Tensor.arccosh_ Tensor.arcsin_ Tensor.arcsinh_ Tensor.arctan2_ Tensor.arctan_ "
        "Tensor.arctanh_ Tensor.atan2_ Tensor.bitwise_and_ Tensor.bitwise_not_ Tensor.bitwise_or_ Tensor.bitwise_xor_ "
        "Tensor.clamp_max_ Tensor.clamp_min_ Tensor.clip_ Tensor.copysign_ Tensor.cumprod_ Tensor.cumsum_ Tensor.divide_ "
        "Tensor.fix_ Tensor.gcd_ Tensor.greater_ Tensor.greater_equal_ "
        "Tensor.hypot_ Tensor.lcm_ Tensor.ldexp_ Tensor.less_ Tensor.less_equal_ Tensor.logical_and_ Tensor.logical_not_ "
        "Tensor.logical_or_ Tensor.logical_xor_ Tensor.logit_ Tensor.multiply_ Tensor.nan_to_num_ Tensor.negative_ "
        "Tensor.nextafter_ Tensor.not_equal_ Tensor.renorm_ Tensor.sgn_ Tensor.subtract_ Tensor.swapaxes_ Tensor.swapdims_ "
        "Tensor.tril_ Tensor.triu_ Tensor.true_divide_ Tensor.xlogy_"
    ),
    "ops.scattering": ("put Tensor.put_ scatter_reduce Tensor.scatter_reduce_ "),
    "ops.view_scatters": "diagonal_scatter select_scatter slice_scatter",
    "ops.correlation": "corrcoef cov diagflat torch.vander",
    "ops.pooling": "torch.adaptive_avg_pool1d torch.avg_pool1d",
    "ops.recurrent": (
        "torch.gru torch.gru_cell torch.lstm torch.lstm_cell torch.rnn_relu torch.rnn_relu_cell torch.rnn_tanh "
        "torch.rnn_tanh_cell"
    ),
    "ops.drawing": "torch.rrelu_",
    "ops.shrinking": "torch.celu_ hardshrink torch.selu_ torch.threshold_",
    "ops.transposed_convolution": "torch.conv_transpose1d torch.conv_transpose2d torch.conv_transpose3d",
    "ops.shuffling": "torch.channel_shuffle torch.pixel_shuffle torch.pixel_unshuffle",
    "ops.cholesky": "cholesky cholesky_inverse cholesky_solve",
    "ops.lu": "torch.lu_unpack",
    "ops.statistics": (
        "all aminmax any count_nonzero log_softmax logsumexp nanmean nansum norm prod softmax"
    ),
    "ops.determinants": "logdet",
    "ops.gamma": (
        "digamma Tensor.digamma_ igamma Tensor.igamma_ igammac Tensor.igammac_ lgamma Tensor.lgamma_ mvlgamma "
        "Tensor.mvlgamma_ polygamma Tensor.polygamma_"
    ),
    "ops.bessel": "i0 i0_",
    "ops.matrix_twins": ("det ger inverse lu lu_solve matrix_exp pinverse qr slogdet svd triangular_solve"),
    "ops.products": (
        "addbmm Tensor.addbmm_ Tensor.addmm_ addmv Tensor.addmv_ addr Tensor.addr_ baddbmm Tensor.baddbmm_ torch.chain_matmul inner "
        "matrix_power vdot"
    ),
    "ops.slopes": "torch.gradient",
    "ops.storages": "Tensor.set_ Tensor.storage Tensor.untyped_storage",
    "ops.moments": "std torch.std_mean var torch.var_mean",
    "ops.scale_norms": "torch.rms_norm",
    "ops.grids": "torch.affine_grid_generator",
    "ops.index_reduction": "index_reduce Tensor.index_reduce_",
    "ops.view_copies": (
        "torch.alias_copy torch.as_strided_copy torch.detach_copy torch.diagonal_copy torch.expand_copy narrow_copy "
        "torch.permute_copy torch.select_copy torch.slice_copy torch.split_copy torch.split_with_sizes_copy torch.squeeze_copy "
        "torch.t_copy torch.transpose_copy torch.unbind_copy torch.unfold_copy torch.unsqueeze_copy "
        "torch.view_as_complex_copy torch.view_as_real_copy torch.view_copy"
    ),
    "ops.in_place_functions": (
        "torch.addmv_ torch.arccos_ torch.arccosh_ torch.arcsin_ torch.arcsinh_ torch.arctan_ torch.arctanh_ torch.clamp_ "
        "torch.clamp_max_ torch.clamp_min_ torch.clip_ torch.conj_physical_ torch.detach_ torch.fill_ torch.fix_ torch.gcd_ torch.index_put_ "
        "torch.lcm_ torch.ldexp_ torch.logit_ torch.nan_to_num_ torch.negative_ torch.square_ torch.xlogy_ torch.zero_"
    ),
    "nn.core_functions": (
        "torch.batch_norm torch.binary_cross_entropy_with_logits torch.celu torch.constant_pad_nd "
        "torch.cosine_embedding_loss torch.dropout torch.dropout_ torch.alpha_dropout torch.alpha_dropout_ torch.feature_alpha_dropout "
        "torch.feature_alpha_dropout_ torch.feature_dropout torch.feature_dropout_ torch.rrelu torch.embedding torch.group_norm "
        "torch.hinge_embedding_loss torch.instance_norm torch.kl_div torch.layer_norm torch.margin_ranking_loss "
        "torch.adaptive_max_pool1d torch.ctc_loss torch.max_pool1d torch.max_pool1d_with_indices torch.max_pool2d torch.max_pool3d torch.poisson_nll_loss Tensor.prelu torch.selu torch.threshold torch.triplet_margin_loss"
    ),
}

# The module of each function, for `torch.__getattr__`.
FUNCTIONS: dict[str, str] = {}


class _Method:
    """Stands for a method until its module, when imported, puts the method itself in its place."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __get__(self, tensor: Tensor | None, kind: type[Tensor]) -> Any:
        _load(self.module)
        return getattr(kind if tensor is None else tensor, self.name)


def _load(module: str) -> None:
    importlib.import_module(f"{__package__}.{module}")


def load_all() -> None:
    """Import all that is still missing."""
    for module in _NAMES:
        _load(module)


for _module, _names in _NAMES.items():
    for _name in _names.split():
        _owner, _, _short = _name.rpartition(".")
        if _owner != "Tensor":
            FUNCTIONS[_short] = _module
        if _owner != "torch" and not hasattr(Tensor, _short):
            setattr(Tensor, _short, _Method(_module, _short))
