"""Pictures drawn for the demo club: towers that grow, rooms with a crack or a stain. Nothing is copied from anywhere."""

import io
import random
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1600, 1000)
Colour = tuple[int, int, int]


@dataclass
class Drawn:
    """A picture as a form would hand it over."""

    filename: str
    stream: BinaryIO


def _drawn(picture: Image.Image, name: str) -> Drawn:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=86)
    buffer.seek(0)
    return Drawn(name, buffer)


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, SIZE[1]))
    for y in range(SIZE[1]):
        share = y / SIZE[1]
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))  # type: ignore[arg-type]
    return column.resize(SIZE)


def building_site(*, seed: int, grown: float, facade: float = 0.0) -> Drawn:
    """Draw towers of which a share (0-1) has grown, with a share of the facade finished, under a crane until they stand."""
    chance = random.Random(seed)
    skies = [((255, 226, 190), (246, 240, 226)), ((196, 220, 232), (240, 243, 238)), ((222, 214, 226), (248, 232, 214))]
    picture = _sky(*chance.choice(skies))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((1180, 120, 1300, 240), fill=(255, 246, 224))
    _hills(draw, chance)
    for n, (left, width, full) in enumerate([(180, 230, 560), (520, 300, 720), (930, 250, 620), (1250, 200, 480)]):
        height = round(full * min(1.0, grown * (1.0 if n == 1 else 0.92)))
        _tower(draw, left, 860, width, height, full, facade, chance)
    if grown < 1.0:
        _crane(draw, 480, 860 - round(720 * grown) - 120)
    draw.rectangle((0, 860, SIZE[0], SIZE[1]), fill=(143, 154, 134))
    for x in range(-40, SIZE[0], 150):
        size = chance.randint(46, 84)
        draw.ellipse((x, 880 - size, x + size * 1.3, 880 + size * 0.4), fill=(86, 120, 96))
    return _drawn(picture.filter(ImageFilter.GaussianBlur(0.6)), f"site-{seed}.jpg")


def _hills(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for shade, base in (((206, 216, 204), 700), ((182, 200, 186), 760)):
        points: list[tuple[float, float]] = [(0, SIZE[1])]
        points += [(x, base - chance.randint(0, 110)) for x in range(0, SIZE[0] + 200, 200)]
        draw.polygon([*points, (SIZE[0], SIZE[1])], fill=shade)


def _tower(
    draw: ImageDraw.ImageDraw,
    left: int,
    ground: int,
    width: int,
    height: int,
    full: int,
    facade: float,
    chance: random.Random,
) -> None:
    if height < 10:
        return
    raw, finished = (176, 172, 162), chance.choice([(34, 84, 72), (96, 138, 128), (150, 176, 164)])
    draw.rectangle((left, ground - height, left + width, ground), fill=raw)
    done = round(full * facade)
    if done:
        draw.rectangle((left, ground - min(done, height), left + width, ground), fill=finished)
    for y in range(ground - height + 16, ground - 16, 32):
        is_done = ground - y < done
        for x in range(left + 16, left + width - 24, 36):
            lit = chance.random() < 0.25
            window = ((238, 205, 130) if lit else (206, 220, 216)) if is_done else (128, 124, 116)
            draw.rectangle((x, y, x + 20, y + 16), fill=window)
    if height >= full:
        draw.rectangle((left - 6, ground - height - 10, left + width + 6, ground - height), fill=(60, 74, 70))


def _crane(draw: ImageDraw.ImageDraw, x: int, top: int) -> None:
    copper = (178, 92, 42)
    draw.line((x, 860, x, top), fill=copper, width=12)
    draw.line((x - 130, top + 30, x + 420, top + 30), fill=copper, width=10)
    draw.line((x, top - 30, x + 420, top + 30), fill=copper, width=4)
    draw.line((x, top - 30, x - 130, top + 30), fill=copper, width=4)
    draw.line((x + 330, top + 30, x + 330, top + 150), fill=(90, 90, 90), width=4)


def room(*, seed: int, fault: str = "none") -> Drawn:
    """Draw a room: ``stain`` below a window, a ``crack`` in the wall, ``tile`` faults in the floor, or mended (``none``)."""
    chance = random.Random(seed)
    wall = chance.choice([(236, 228, 214), (226, 230, 226), (238, 232, 226)])
    picture = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 760), (SIZE[0], 760), (SIZE[0], SIZE[1]), (0, SIZE[1])], fill=(196, 164, 126))
    for x in range(-400, SIZE[0] + 400, 170):
        draw.line((x, 760, x + (x - 800) // 2, SIZE[1]), fill=(172, 140, 104), width=4)
    draw.rectangle((980, 170, 1400, 620), fill=(210, 226, 232), outline=(120, 112, 100), width=18)
    draw.line((1190, 170, 1190, 620), fill=(120, 112, 100), width=12)
    draw.rectangle((120, 560, 620, 780), fill=(112, 128, 118))
    draw.rectangle((150, 500, 590, 620), fill=(132, 148, 138))
    if fault == "stain":
        for _spot in range(60):
            left, top, size = chance.gauss(1190, 130), 640 + abs(chance.gauss(0, 50)), chance.randint(14, 60)
            draw.ellipse((left, top, left + size, top + size * 0.7), fill=(202 - chance.randint(0, 24), 182, 150))
    elif fault == "crack":
        at, down = 760.0, 130.0
        while down < 740:
            step = (chance.gauss(0, 16), chance.randint(16, 34))
            draw.line((at, down, at + step[0], down + step[1]), fill=(92, 84, 76), width=chance.randint(3, 7))
            at, down = at + step[0], down + step[1]
    elif fault == "tile":
        draw.polygon([(620, 850), (860, 840), (900, 950), (640, 968)], fill=(150, 116, 84), outline=(90, 70, 54))
    return _drawn(picture.filter(ImageFilter.GaussianBlur(1.0)), f"room-{seed}.jpg")
