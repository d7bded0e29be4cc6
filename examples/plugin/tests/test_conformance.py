"""What gradlab asks of every plugin. A check that uses each observer is all that it needs."""

import gradlab_shapes

from gradlab.testing import Conformance


class TestConformance(Conformance):
    plugin = gradlab_shapes

    @staticmethod
    def sums_along_a_dimension(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(2, 3)))
        observe.shape(x.sum(dim=1, keepdim=True))
