"""Photos, made harmless: this module runs as a short-lived child process with little memory.

It decides by content and never by name, reads the header's size before anything is decoded, turns the picture upright,
and writes new WebP files in three widths without any of the metadata that a phone puts in (place, camera, comments).

    python -m kernel.pictures <source> <folder>   prints one JSON line
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

WIDTHS = (320, 800, 1600)
FORMATS = ["JPEG", "PNG", "HEIF"]
MOST_PIXELS = 60_000_000
MEMORY = 1_200 * 1024 * 1024
SECONDS = 30


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def convert(source: Path, folder: Path) -> dict[str, Any]:
    """Write ``<width>.webp`` files of a picture into a folder; return its size and a reason when it was refused."""
    import pillow_heif
    from PIL import Image, ImageOps, UnidentifiedImageError

    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return {"refused": "too_large"}
            if picture.width < 16 or picture.height < 16:
                return {"refused": "too_small"}
            if picture.format == "JPEG":
                picture.draft("RGB", (WIDTHS[-1] * 2, WIDTHS[-1] * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, MemoryError):
        return {"refused": "too_large"}
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError):
        return {"refused": "not_a_picture"}
    upright.info = {}
    for width in WIDTHS:
        part = upright.copy()
        part.thumbnail((width, width * 2))
        part.save(folder / f"{width}.webp", "WEBP", quality=80, method=2, exif=b"", xmp=b"", icc_profile=None)
    with Image.open(folder / f"{WIDTHS[-1]}.webp") as largest:
        return {"width": largest.width, "height": largest.height}


if __name__ == "__main__":
    _limit()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = convert(Path(asked["source"]), Path(asked["folder"]))
        except MemoryError:
            answer = {"refused": "too_large"}
        print(json.dumps(answer), flush=True)
