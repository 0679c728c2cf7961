"""What GraphiQL is made of: packages of npm by version and checksum, and the files of them."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "assets" / "graphiql"
"""Where the files are, unless the settings name another folder."""
INSTALL: Final = "learner-tracking graphiql"
"""The command that fetches them."""


class Package(NamedTuple):
    """A package at one version."""

    name: str
    version: str
    integrity: str
    """The SHA-512 of its archive, as npm writes it."""
    files: Mapping[str, str]
    """Paths inside the package, and what the files are called here."""

    @property
    def archive(self) -> str:
        """What npm calls the archive when it packs it."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES: Final = (
    Package(
        "react",
        "18.3.1",
        "sha512-wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        {"umd/react.production.min.js": "react.js", "LICENSE": "react.LICENSE"},
    ),
    Package(
        "react-dom",
        "18.3.1",
        "sha512-5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        {"umd/react-dom.production.min.js": "react-dom.js", "LICENSE": "react-dom.LICENSE"},
    ),
    Package(
        "graphiql",
        "4.1.2",
        "sha512-rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        {
            "graphiql.min.js": "graphiql.js",
            "graphiql.min.css": "graphiql.css",
            "LICENSE": "graphiql.LICENSE",
        },
    ),
    Package(
        "@graphiql/plugin-explorer",
        "4.0.6",
        "sha512-TppIi92YPER3v70nlF01KTQrq9AiYqkZicSd1hpU7aqGmbqw/pLwBNLUEcfENBoJtw574Qxjswb01+GaYK0Tzw==",
        {"dist/index.umd.js": "explorer.js", "dist/style.css": "explorer.css"},
    ),
)
"""The last releases that come ready for a browser, without a build of ours."""

FILES: Final = frozenset(name for package in PACKAGES for name in package.files.values())

PINNED: Final = sha256("".join(one.integrity for one in PACKAGES).encode()).hexdigest()[:16]
"""Hash of the packages and versions; another set of versions has another hash."""


def place_in(folder: Path) -> Path:
    """Where in a folder the files of these very packages are, or would be."""
    return folder / PINNED


def is_installed(folder: Path) -> bool:
    """Whether every file is there."""
    return all((place_in(folder) / name).is_file() for name in FILES)
