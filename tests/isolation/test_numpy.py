"""Trap 11: numpy imports parts of itself on first use, and a worker can open no file."""

from __future__ import annotations

from .conftest import Load

TOUCH = """
import numpy as np, warnings
warnings.simplefilter("ignore")
failed, seen = [], set()
def touch(path, thing, depth):
    for name in sorted(set(getattr(thing, "__all__", ())) | {n for n in dir(thing) if not n.startswith("_")}):
        try:
            value = getattr(thing, name)
        except Exception as error:
            failed.append(f"{path}.{name}: {type(error).__name__}")
            continue
        if isinstance(value, type(np)) and value.__name__.startswith("numpy") and value.__name__ not in seen:
            seen.add(value.__name__)
            touch(f"{path}.{name}", value, depth + 1)
touch("np", np, 0)
print(failed)
"""

USE = """
import numpy as np
x = np.arange(12.0).reshape(3, 4)
rng = np.random.default_rng(0)
USES = {
    "median": lambda: np.median(x), "quantile": lambda: np.quantile(x, 0.3), "percentile": lambda: np.percentile(x, 3),
    "nanmedian": lambda: np.nanmedian(x), "cov": lambda: np.cov(x), "corrcoef": lambda: np.corrcoef(x),
    "histogram": lambda: np.histogram(x), "unique": lambda: np.unique(x), "sort": lambda: np.sort(x),
    "einsum": lambda: np.einsum("ij,kj->ik", x, x, optimize=True), "tensordot": lambda: np.tensordot(x, x.T, 1),
    "inv": lambda: np.linalg.inv(x @ x.T + np.eye(3)), "svd": lambda: np.linalg.svd(x), "eigh": lambda: np.linalg.eigh(x @ x.T),
    "qr": lambda: np.linalg.qr(x), "solve": lambda: np.linalg.solve(np.eye(3), x), "norm": lambda: np.linalg.norm(x),
    "fft": lambda: np.fft.fft(x), "rfft2": lambda: np.fft.rfft2(x), "random": lambda: np.random.randn(3),
    "normal": lambda: rng.normal(size=3), "choice": lambda: rng.choice(3), "RandomState": lambda: np.random.RandomState(1).rand(),
    "masked": lambda: np.ma.masked_array(x, x > 3).mean(), "poly": lambda: np.polynomial.Polynomial([1, 2])(x), "polyfit": lambda: np.polyfit([1, 2, 3], [1, 2, 3], 1),
    "strings": lambda: np.strings.upper(np.array(["a"])), "char": lambda: np.char.add("a", "b"), "rec": lambda: np.rec.array([(1, 2.0)]),
    "testing": lambda: np.testing.assert_allclose(x, x), "array_equal": lambda: np.testing.assert_array_equal(x, x),
    "stride_tricks": lambda: np.lib.stride_tricks.sliding_window_view(x, (2, 2)), "broadcast": lambda: np.broadcast_to(x, (2, 3, 4)),
    "pad": lambda: np.pad(x, 1), "vectorize": lambda: np.vectorize(float)(x), "apply": lambda: np.apply_along_axis(sum, 0, x),
    "repr": lambda: repr(x), "str": lambda: str(np.array([1 + 2j, np.nan])), "array2string": lambda: np.array2string(x, precision=2),
    "printoptions": lambda: np.printoptions(precision=2).__enter__(), "errstate": lambda: np.errstate(all="ignore").__enter__(),
    "datetime": lambda: np.datetime64("2020-01-01") + np.timedelta64(1, "D"), "busday": lambda: np.busday_count("2020-01", "2020-02"),
    "ctypes": lambda: x.ctypes.data, "format": lambda: np.lib.format.dtype_to_descr(x.dtype), "copy": lambda: __import__("copy").deepcopy(x),
    "pickle": lambda: __import__("pickle").loads(__import__("pickle").dumps(x)), "info": lambda: np.iinfo(int), "finfo": lambda: repr(np.finfo(float)),
    "shares": lambda: np.shares_memory(x, x[1:]), "interp": lambda: np.interp(2.5, [1, 2, 3], [3, 2, 0]), "gradient": lambda: np.gradient(x),
    "meshgrid": lambda: np.mgrid[0:2, 0:2], "ix": lambda: np.ix_([0], [1]), "block": lambda: np.block([[x], [x]]),
    "fromstring": lambda: np.fromstring("1 2", sep=" "), "genfromtxt": lambda: np.genfromtxt(["1,2"], delimiter=","), "loadtxt": lambda: np.loadtxt(["1 2"]),
    "savetxt": lambda: np.savetxt(__import__("io").StringIO(), x), "save": lambda: np.save(__import__("io").BytesIO(), x),
    "recfunctions": lambda: __import__("numpy.lib.recfunctions").lib.recfunctions.structured_to_unstructured(np.rec.array([(1.0, 2.0)])),
    "piecewise": lambda: np.piecewise(x, [x < 3], [0]), "matrix": lambda: np.matrix("1 2; 3 4").I, "typing": lambda: np.typing.NDArray[np.float64],
}
failed = []
for name, use in USES.items():
    try:
        use()
    except Exception as error:
        failed.append(f"{name}: {type(error).__name__}: {error}")
print(failed)
"""


def test_every_public_name_of_numpy_can_be_touched(load: Load) -> None:
    loaded = load(TOUCH)
    assert loaded.raised is None
    assert loaded.worker.output == "[]\n"


def test_what_numpy_imports_on_first_use_is_there(load: Load) -> None:
    loaded = load(USE)
    assert loaded.raised is None
    assert loaded.worker.output == "[]\n"


STANDARD = """
import collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions, functools, inspect, io, json, logging
import pprint, random, re, statistics, string, textwrap, time, timeit, traceback, types, typing, unittest, uuid, warnings
@dataclasses.dataclass
class Point:
    x: int = 0
class Colour(enum.Enum):
    RED = 1
warnings.warn("careful")
logging.warning("careful")
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
try:
    {}.missing
except AttributeError:
    traceback.print_exc()
class Test(unittest.TestCase):
    def test(self): self.assertEqual(1, 1)
unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(Test))
copy.deepcopy(Point()), json.loads(json.dumps({"a": 1})), pprint.pformat({}), str(uuid.uuid4()), random.sample(range(9), 3)
datetime.datetime.now().strftime("%c"), datetime.datetime.strptime("2000-01-01", "%Y-%m-%d"), time.localtime(), time.ctime()
timeit.timeit("1", number=1), statistics.stdev([1, 2, 3]), decimal.Decimal(1) / 3, fractions.Fraction(1, 3)
inspect.signature(copy.copy), inspect.getsource(Point), typing.get_type_hints(Point), "é".encode("cp1252")
re.compile(r"(?i)\\w+").match("é"), textwrap.dedent(" x"), "{:,.2f}".format(1e6), string.Template("$x").substitute(x=1)
"""


def test_ordinary_use_of_the_standard_library_opens_no_file(load: Load) -> None:
    assert load(STANDARD).raised is None
