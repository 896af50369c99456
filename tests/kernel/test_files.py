"""Photos come in from phones of all kinds and go out harmless; what is no photo stays outside."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pillow_heif
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from kernel import clock, files
from kernel.db import db, operation
from kernel.files import StoredFile
from tests.support.member import a_member, sign_in

pytestmark = pytest.mark.usefixtures("context")
PLACE = b"GPS-22.5431N-114.0579E"


@dataclass
class Upload:
    filename: str
    stream: io.BytesIO


def _picture(size: tuple[int, int] = (800, 400)) -> Image.Image:
    picture = Image.new("RGB", size, (200, 40, 40))
    picture.paste((40, 40, 200), (0, 0, size[0] // 2, size[1]))
    return picture


def _upload(name: str, save: Callable[[io.BytesIO], None]) -> Upload:
    buffer = io.BytesIO()
    save(buffer)
    return Upload(name, io.BytesIO(buffer.getvalue()))


def jpeg(**options: Any) -> Upload:
    return _upload("IMG_0001.jpg", lambda buffer: _picture().save(buffer, "JPEG", **options))


def heic() -> Upload:
    return _upload("IMG_0002.HEIC", lambda buffer: pillow_heif.from_pillow(_picture()).save(buffer, format="HEIF"))


def png() -> Upload:
    return _upload("截图.png", lambda buffer: _picture().save(buffer, "PNG"))


def raw(name: str, content: bytes) -> Upload:
    return Upload(name, io.BytesIO(content))


def bomb(width: int = 20_000, height: int = 20_000) -> Upload:
    """A PNG of a few hundred bytes that promises four hundred million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000)
    return raw("small.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


@operation
def _attach(prepared: list[files.Prepared], kind: str = "test") -> list[StoredFile]:
    return files.attach(prepared, kind=kind, owner_id=1)


def _stored(upload: Upload) -> StoredFile:
    return _attach(files.keep_photos([upload]))[0]


def _seen(stored: StoredFile, width: int = 320) -> Image.Image:
    return Image.open(io.BytesIO(files.read(stored, width)))


@pytest.mark.parametrize("make", [jpeg, heic, png])
def test_three_kinds_of_photos_come_in_and_one_goes_out(make: Callable[[], Upload]) -> None:
    stored = _stored(make())
    assert (stored.width, stored.height) == (800, 400)
    assert _seen(stored).format == "WEBP"
    assert _seen(stored).size == (320, 160)
    assert _seen(stored, 1600).size == (800, 400)


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the phone was held upright
    stored = _stored(jpeg(exif=exif))
    assert (stored.width, stored.height) == (400, 800)


def test_no_stored_copy_tells_where_it_was_taken_or_by_what() -> None:
    exif = Image.Exif()
    exif[0x010F] = PLACE.decode()
    exif[0x9286] = PLACE.decode()
    upload = jpeg(exif=exif, comment=PLACE, icc_profile=PLACE * 20)
    upload.stream = io.BytesIO(upload.stream.getvalue() + PLACE)
    assert PLACE in upload.stream.getvalue()
    stored = _stored(upload)
    for width in (320, 800, 1600):
        content = files.read(stored, width)
        assert PLACE not in content
        assert b"EXIF" not in content and b"XMP" not in content and b"ICCP" not in content


@pytest.mark.parametrize(
    ("upload", "refusal"),
    [
        (raw("photo.jpg", b"<html><script>alert(1)</script></html>"), files.NotAPhoto),
        (raw("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), files.NotAPhoto),
        (raw("photo.png", b""), files.NotAPhoto),
        (raw("photo.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"), files.NotAPhoto),
        (bomb(), files.PhotoTooLarge),
        (_upload("dot.png", lambda buffer: _picture((1, 1)).save(buffer, "PNG")), files.PhotoTooSmall),
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(upload: Upload, refusal: type[Exception]) -> None:
    upload.stream.seek(0)
    with pytest.raises(refusal):
        files.keep_photos([upload])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0


def test_a_cut_off_photo_is_refused() -> None:
    whole = jpeg(quality=95).stream.getvalue()
    with pytest.raises(files.NotAPhoto):
        files.keep_photos([raw("half.jpg", whole[: len(whole) // 2])])


def test_one_byte_too_many_is_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = jpeg()
    size = len(upload.stream.getvalue())
    monkeypatch.setattr(files, "MOST_BYTES", size - 1)
    with pytest.raises(files.PhotoTooHeavy):
        files.keep_photos([upload])
    monkeypatch.setattr(files, "MOST_BYTES", size)
    upload.stream.seek(0)
    assert len(files.keep_photos([upload])) == 1


def test_thirteen_photos_are_one_too_many() -> None:
    with pytest.raises(files.TooManyPhotos):
        files.keep_photos([jpeg()] * 13)


def test_a_bad_photo_does_not_spoil_the_decoder_for_the_next_upload() -> None:
    with pytest.raises(files.PhotoTooLarge):
        files.keep_photos([bomb()])
    assert len(files.keep_photos([jpeg(), png()])) == 2


def test_stray_photos_are_swept_after_an_hour_and_owned_ones_stay() -> None:
    stored = _stored(jpeg())
    stray = files.keep_photos([png()])[0]
    files.sweep()
    assert files.read(StoredFile(token=stray.token), 320)  # somebody may still be filing with it
    with clock.at(clock.real_now().replace(year=2030)):
        assert files.sweep() >= 3
    assert files.read(stored, 320)
    with pytest.raises(FileNotFoundError):
        files.read(StoredFile(token=stray.token), 320)


class TestDoor:
    @pytest.fixture
    def stored(self, monkeypatch: pytest.MonkeyPatch) -> StoredFile:
        self.allowed = True
        monkeypatch.setitem(files._may_see, "test", lambda _stored: self.allowed)
        return _stored(jpeg())

    def test_a_file_is_seen_by_whom_its_kind_allows(self, app: Flask, client: FlaskClient, stored: StoredFile) -> None:
        address = f"/files/{stored.token}/320.webp"
        assert client.get(address).status_code == 302
        sign_in(client, a_member())
        answer = client.get(address)
        assert answer.status_code == 200 and answer.mimetype == "image/webp"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        self.allowed = False
        assert client.get(address).status_code == 404

    def test_unknown_widths_tokens_and_kinds_do_not_exist(self, client: FlaskClient, stored: StoredFile) -> None:
        sign_in(client, a_member())
        assert client.get(f"/files/{stored.token}/321.webp").status_code == 404
        assert client.get("/files/unknown/320.webp").status_code == 404
        orphan = _attach(files.keep_photos([jpeg()]), kind="nobody's")[0]
        assert client.get(f"/files/{orphan.token}/320.webp").status_code == 404

    def test_a_private_photo_has_no_public_door(self, client: FlaskClient, stored: StoredFile) -> None:
        assert client.get(f"/files/public/{stored.token}/320.webp").status_code == 404
