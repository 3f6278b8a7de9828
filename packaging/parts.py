# SPDX-License-Identifier: MIT
"""What the bundle leaves out, each with its reason; what stays was proven necessary by `attractor-cli doctor`."""

from __future__ import annotations

import re
from typing import Final

#: Distributions whose metadata go along: `doctor` reads versions there, and the licenses stand in them.
METADATA: Final = (
    "PySide6-Essentials", "shiboken6", "pyqtgraph", "numpy", "torch", "scipy", "msgspec", "safetensors",
    "pillow", "ziamath", "ziafont", "latex2mathml", "sympy", "mpmath", "typing_extensions", "colorama", "pyinstaller",
)  # fmt: skip

#: Modules that something imports only on a path that the app never takes.
DROPPED_MODULES: Final = (
    "sklearn",  # the digits lie in resources/digits.npy; nothing of the app imports it at run time
    "av", "dask", "distributed",  # the extras: GPL codecs, and clusters
    "pytest", "pytestqt", "hypothesis", "setuptools", "pip", "pkg_resources", "wheel", "PyInstaller",
    "tkinter", "lib2to3", "pydoc_data", "idlelib", "IPython", "matplotlib", "pandas", "h5py", "cupy", "numba", "tensorboard",
    "pyqtgraph.opengl", "pyqtgraph.examples", "pyqtgraph.jupyter", "pyqtgraph.console", "OpenGL", "PyQt5", "PyQt6", "PySide2",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtSql", "PySide6.QtUiTools", "PySide6.QtHelp",
    "torch.testing._internal.distributed", "torch.utils.tensorboard", "torch.utils.benchmark", "torch.onnx",
)  # fmt: skip

#: Libraries of the build machine's desktop. They must fit the graphics stack of the machine where the app runs, or are not
#: needed (GTK, Kerberos, databases); the .deb names them in its Depends.
SYSTEM: Final = (
    r"^lib(X\w+|X11-xcb|atk|atk-bridge|atspi|blkid|brotli\w+|bsd|cairo|cairo-gobject|cap|com_err|datrie|dbus-1|epoxy|expat"
    r"|fontconfig|freetype|fribidi|gcc_s|gcrypt|gdk-3|gdk_pixbuf-2|gio-2|glib-2|gmodule-2|gobject-2|gpg-error|graphite2"
    r"|gssapi_krb5|gthread-2|gtk-3|harfbuzz|jpeg|k5crypto|keyutils|krb5|krb5support|lz4|md|mount|pango|pangocairo|pangoft2"
    r"|pcre2-8|pixman-1|png16|readline|selinux|sqlite3|stdc\+\+|systemd|thai|tinfo|uuid|z|zstd"
    r"|wayland-\w+|xcb-(glx|randr|render|shape|shm|sync|xfixes|xkb))(-[-.0-9]+)?(\.0)?\.so"
)

#: Files of the bundle that nobody opens, as patterns on their paths in it.
DROPPED_FILES: Final = (
    SYSTEM,
    r"torch/(include|share|test)/",  # headers and cmake files for those who build extensions
    r"torch/bin/(?!torch_shm_manager)",  # test programs and protoc
    r"torch/(_inductor|_dynamo|onnx|ao/(pruning|ns)|utils/(benchmark|hipify|tensorboard|model_dump|viz))/",  # compilers
    r"^(functorch|networkx|jinja2|markupsafe|fsspec|filelock|unittest/test|sqlite3)/|_sqlite3\.|/readline\.",
    r"torch/lib/.*\.(a|lib)$",  # static libraries
    # scipy.io reads .mat files with scipy.sparse alone; the rest needs OpenBLAS once more.
    r"^scipy/(?!io|sparse|_lib|[^/]+$)|^scipy/sparse/(linalg|csgraph)/|^scipy\.libs/|^lib(scipy_openblas-|gfortran-8|quadmath-8)",
    r"\.(pyi|pxd|pyx|h|hpp|c|cpp|f|f90|cmake)$",
    r"(numpy|scipy|mpmath|sympy)/(.*/)?tests?/",
    r"PySide6/(Qt/)?(translations|qml|libexec|metatypes|resources|examples|typesystems|glue|include|scripts)/",
    # Qt's modules that the window does not use (it paints widgets: no QML, no 3-D, no SQL, no network, no designer).
    r"(lib)?Qt6?(Qml|Quick|Designer|Sql|UiTools|Help|Test|3D|Labs|Canvas|ShaderTools|Pdf|VirtualKeyboard|Egl|Network)\w*(\.|$)",
    r"plugins/(qmltooling|qmlls|sqldrivers|designer|networkinformation|tls|assetimporters|sceneparsers|generic"
    r"|virtualkeyboard|qmllint|scxmldatamodel|egldeviceintegrations|platformthemes/libqgtk3)",
    r"plugins/(platforms/libq(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay)|platforminputcontexts/libqtvirtual)",
    r"plugins/imageformats/libq(tiff|webp|tga|wbmp|pdf)",
    r"resources/__pycache__/",
)
_DROPPED: Final = re.compile("|".join(DROPPED_FILES))


def kept(name: str) -> bool:
    """Whether a file with this path in the bundle is taken along."""
    return _DROPPED.search(name.replace("\\", "/")) is None
