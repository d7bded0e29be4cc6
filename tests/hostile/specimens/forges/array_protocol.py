# Attack: answer with an object that turns into whatever array is asked for
# Ends: stub
# Says: x.grad
@WRONG@


class Chameleon:
    def __array__(self, *args, **kwargs):
        return np.zeros(5)

    __array_ufunc__ = __array_function__ = lambda self, *args, **kwargs: True
    __array_interface__ = {"shape": (5,), "typestr": "<f8", "data": (0, False), "version": 3}
    shape, dtype, nbytes = (5,), np.dtype("f8"), 40


def doubled(x):
    answer = Tensor(0.0)
    answer.data = Chameleon()
    return answer
