"""Deliveries over SFTP: swapped in whole, only to a server that is known, with errors that say what to do."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from flows.night.upload import upload
from records.errors import StoreError


class Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("city", "secret")
        return paramiko.common.AUTH_SUCCESSFUL if right else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class Handle(paramiko.SFTPHandle):
    def __init__(self, file: Path, flags: int) -> None:
        super().__init__(flags)
        self.writefile = os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb", buffering=0)
        self._file = file

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(self._file.stat())


class Disk(paramiko.SFTPServerInterface):
    """A folder of this machine as an SFTP server shows it."""

    root = Path()

    def _real(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [paramiko.SFTPAttributes.from_stat(p.stat(), filename=p.name) for p in self._real(path).iterdir()]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        if self._real(path).name == "refused.csv":
            return paramiko.SFTP_PERMISSION_DENIED
        return Handle(self._real(path), flags)

    def _do(self, act: str, *paths: str) -> int:
        try:
            getattr(os, act)(*map(self._real, paths))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._do("mkdir", path)

    def rmdir(self, path: str) -> int:
        return self._do("rmdir", path)

    def remove(self, path: str) -> int:
        return self._do("remove", path)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._do("rename", oldpath, newpath)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path, Path]]:
    """Address with password, the folder behind it, and a known_hosts that vouches for it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    Disk.root = disk
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Disk)
            transports.append(transport)
            transport.start_server(server=Door(), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n", encoding="ascii")
    yield f"sftp://city:secret@127.0.0.1:{port}/out", disk, known
    listener.close()
    for transport in transports:
        transport.close()


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "here" / "public"
    folder.mkdir(parents=True)
    (folder / "violations.csv").write_text("1", encoding="utf-8")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    return folder


def test_a_delivery_over_sftp_takes_the_place_of_the_one_before(server: tuple[str, Path, Path], delivery: Path) -> None:
    address, disk, known = server
    where = upload(address, delivery, known)
    assert "secret" not in where
    assert where.endswith("/out/public")
    (delivery / "violations.csv").write_text("2", encoding="utf-8")
    (delivery / "manifest.json").unlink()
    upload(address, delivery, known)
    assert {p.name: p.read_text(encoding="utf-8") for p in (disk / "out" / "public").iterdir()} == {"violations.csv": "2"}
    assert [p.name for p in (disk / "out").iterdir()] == ["public"]


def test_what_can_not_be_copied_whole_leaves_the_one_before(server: tuple[str, Path, Path], delivery: Path) -> None:
    address, disk, known = server
    upload(address, delivery, known)
    (delivery / "refused.csv").write_text("x", encoding="utf-8")
    (delivery / "violations.csv").write_text("2", encoding="utf-8")
    with pytest.raises(StoreError, match="could not be copied") as caught:
        upload(address, delivery, known)
    assert "secret" not in str(caught.value)
    assert (disk / "out" / "public" / "violations.csv").read_text(encoding="utf-8") == "1"


def test_a_server_that_nobody_vouched_for_gets_nothing(server: tuple[str, Path, Path], delivery: Path, tmp_path: Path) -> None:
    address, disk, known = server
    with pytest.raises(StoreError, match="ssh-keyscan"):
        upload(address, delivery, tmp_path / "none")
    known.write_text(known.read_text(encoding="ascii").replace("AAAA", "AAAB", 1), encoding="ascii")
    with pytest.raises(StoreError):
        upload(address, delivery, known)
    assert not (disk / "out").exists()


def test_a_wrong_password_is_told(server: tuple[str, Path, Path], delivery: Path) -> None:
    address, _, known = server
    with pytest.raises(StoreError, match="could not be copied"):
        upload(address.replace("secret", "wrong"), delivery, known)
