"""Debian's packages without being root: downloaded, verified and unpacked into a folder.

apt-get does what it always does, signatures and checksums included, but with a state of its own:
it believes nothing is installed, so it fetches every library down to libc. Nothing on the
machine is changed, and nothing but the machine's own choice of mirror is taken from it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from telephony.errors import SandboxError

Progress = Callable[[str], None]
"""Receives one line of text for the operator at each step."""

APT = Path("/usr/bin/apt-get")
DPKG = Path("/usr/bin/dpkg")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Read by apt after the machine's own files, so that the machine's proxy and mirror settings hold
# and everything that would touch the machine is replaced. Hooks of the machine are not ours to run.
_APT_CONF = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "{work}";
Dir::State::lists "{work}/lists";
Dir::State::status "{work}/status";
Dir::Cache "{work}";
Dir::Cache::archives "{work}/archives";
Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{work}";
Debug::NoLocking "1";
APT::Sandbox::User "";
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Keep-Downloaded-Packages "true";
APT::Get::AllowUnauthenticated "false";
APT::Status-Fd "1";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Languages "none";
Acquire::Retries "3";
// A mirror may lag; the signature still has to be Debian's.
Acquire::Check-Valid-Until "false";
"""


def fetch(packages: Sequence[str], suite: str, work: Path, progress: Progress) -> list[Path]:
    """Download packages of a Debian suite, with all they depend on, into the folder ``work``.

    Returns the downloaded files. Raises SandboxError where the machine has no Debian mirror
    configured, the network fails, or a signature is wrong.
    """
    if not (APT.exists() and DPKG.exists() and KEYRING.exists()):
        raise SandboxError(
            "Asterisk is not installed, and this is no Debian machine to fetch it for: "
            "install Asterisk 20 or newer."
        )
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    configuration = work / "apt.conf"
    configuration.write_text(_APT_CONF.format(work=work))

    progress("Asterisk: reading Debian's list of packages")
    _read_lists(configuration, work / "sources.list", suite)
    _apt(
        configuration,
        ("-y", "--download-only", "install", *packages),
        _tell_percentage(progress),
    )
    files = sorted((work / "archives").glob("*.deb"))
    if not files:
        raise SandboxError("Asterisk cannot be downloaded: apt-get fetched no packages.")
    return files


def unpack(files: Sequence[Path], root: Path) -> None:
    """Unpack packages into the folder ``root``, without running their scripts."""
    root.mkdir(parents=True, exist_ok=True)

    def extract(file: Path) -> None:
        done = subprocess.run((DPKG, "-x", file, root), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SandboxError(f"{file.name} cannot be unpacked: {_last_line(done.stderr)}.")

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(extract, files))


def _read_lists(configuration: Path, sources: Path, suite: str) -> None:
    """Choose the first of the machine's mirrors that has the suite, and read its lists."""
    failure = SandboxError("Asterisk cannot be downloaded: apt has no Debian mirror configured.")
    for mirror in _mirrors():
        sources.write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        try:
            # Without this option apt takes a mirror it cannot reach for a success.
            _apt(configuration, ("-o", "APT::Update::Error-Mode=any", "update"), lambda _: None)
        except SandboxError as error:
            failure = error
        else:
            return
    raise failure


def _mirrors() -> list[str]:
    """The addresses apt knows, without the side archives. Some may be other vendors'."""
    listing = subprocess.run(
        (APT, "indextargets", "--format", "$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI)"),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = []
    for line in listing.splitlines():
        created_by, component, release, address = line.split(maxsplit=3)
        if (created_by, component) == ("Packages", "main") and "-" not in release:
            found.append(address)
    return list(dict.fromkeys(found))


def _apt(configuration: Path, arguments: Sequence[str], read: Callable[[str], None]) -> None:
    """Run apt-get with our configuration, giving each line it prints to ``read``."""
    with subprocess.Popen(
        (APT, "-q", "-c", configuration, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
    ) as process:
        assert process.stdout is not None
        complaint = ""
        for line in process.stdout:
            if line.startswith("E: "):
                complaint = complaint or line[3:]
            read(line)
    if process.returncode != 0:
        raise SandboxError(f"Asterisk cannot be downloaded: {_last_line(complaint)}.")


def _tell_percentage(progress: Progress) -> Callable[[str], None]:
    """Turn apt's status lines (``dlstatus:<file>:<percent>:<text>``) into a line each tenth."""
    told = -1
    size = "packages"

    def read(line: str) -> None:
        nonlocal told, size
        if match := re.match(r"Need to get (?:[\d.]+ \w*B/)?([\d.]+ \w*B) of archives", line):
            size = match[1]
        elif match := re.match(r"dlstatus:\d+:([\d.]+):", line):
            tenths = int(float(match[1])) // 10
            if tenths > told:
                told = tenths
                progress(f"Asterisk: downloading {size}, {tenths * 10} %")

    return read


def _last_line(text: str) -> str:
    lines = text.strip().splitlines() or ["apt-get failed without a reason"]
    return lines[-1].strip().rstrip(".")
