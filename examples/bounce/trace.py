#!/usr/bin/env python3
"""A small ray tracer in plain Python, for the example job beside it: three balls bounce on a tiled floor.

    trace.py scene   -frames N -out DIR              where everything is, frame by frame (scene.json)
    trace.py texture -frame K -out DIR               the floor's tile, its veins drifting (texture.KKKK.pgm)
    trace.py shadow  -frame K -out DIR               a map of the balls' shadows on the floor (shadow.KKKK.pgm)
    trace.py frame   -frame K -out DIR [-width W]    the picture (frame.KKKK.ppm), from the two above
    trace.py join    -frames N -out DIR              all pictures as one animated PNG (bounce.png)

Each step reads what earlier steps wrote, so a step that is missing fails; each reports its progress with ALF_PROGRESS
lines. Nothing but the standard library is used.
"""

import argparse
import json
import math
import struct
import sys
import zlib
from pathlib import Path

TILE = 64  # pixels of the floor's tile, each way
MAP = 160  # pixels of the shadow map, each way
MAP_SIZE = 10.0  # floor units that the shadow map covers, centred
SUN = (0.48, 0.72, -0.50)  # unit vector towards the light


class MissingInput(Exception):
    """A file of an earlier step is not there."""


def progress(done: int, total: int) -> None:
    print(f"ALF_PROGRESS {100 * done // total}%", flush=True)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingInput(f"{path} is missing: has the step that writes it run?") from None


def write_pnm(path: Path, magic: str, width: int, height: int, pixels: bytes) -> None:
    path.write_bytes(f"{magic}\n{width} {height}\n255\n".encode() + pixels)


def read_pnm(path: Path) -> tuple[int, int, bytes]:
    """Width, height and pixels of a file that `write_pnm` wrote."""
    _, size, _, pixels = read(path).split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, pixels


# --- scene: three balls on parabolas, a camera that circles them -----------------------------------------------------


def scene(out: Path, frames: int) -> None:
    balls = [
        {"radius": 1.0, "colour": (235, 80, 60), "orbit": 0.0, "phase": 0.0, "height": 2.2},
        {"radius": 0.7, "colour": (70, 160, 235), "orbit": 2.1, "phase": 0.33, "height": 1.6},
        {"radius": 0.5, "colour": (245, 200, 70), "orbit": 2.9, "phase": 0.66, "height": 1.2},
    ]
    steps = []
    for frame in range(frames):
        turn = frame / frames
        placed = []
        for number, ball in enumerate(balls):
            bounce = (2 * turn + ball["phase"]) % 1.0
            angle = 2 * math.pi * (turn * (1 if number % 2 else -1) + ball["phase"])
            x, z = ball["orbit"] * math.cos(angle), ball["orbit"] * math.sin(angle)
            y = ball["radius"] + ball["height"] * 4 * bounce * (1 - bounce)
            placed.append({"centre": (x, y, z), "radius": ball["radius"], "colour": ball["colour"]})
        swing = 0.5 * math.sin(2 * math.pi * turn)
        eye = (7.5 * math.sin(swing), 2.6, -7.5 * math.cos(swing))
        steps.append({"balls": placed, "eye": eye, "turn": turn})
    (out / "scene.json").write_text(json.dumps(steps))
    progress(1, 1)


def load_step(out: Path, frame: int) -> dict:
    return json.loads(read(out / "scene.json"))[frame - 1]


# --- texture and shadow passes ---------------------------------------------------------------------------------------


def texture(out: Path, frame: int) -> None:
    turn = 2 * math.pi * load_step(out, frame)["turn"]
    pixels = bytearray()
    for row in range(TILE):
        for column in range(TILE):
            u, v = 2 * math.pi * column / TILE, 2 * math.pi * row / TILE
            vein = math.sin(u + 2 * math.sin(v + turn)) + 0.5 * math.sin(2 * v - u + turn)
            pixels.append(int(205 + 30 * vein))
    write_pnm(out / f"texture.{frame:04d}.pgm", "P5", TILE, TILE, bytes(pixels))
    progress(1, 1)


def shadow(out: Path, frame: int) -> None:
    balls = load_step(out, frame)["balls"]
    sx, sy, sz = SUN
    pixels = bytearray()
    for row in range(MAP):
        z = (row / MAP - 0.5) * MAP_SIZE
        for column in range(MAP):
            x = (column / MAP - 0.5) * MAP_SIZE
            light = 1.0
            for ball in balls:
                cx, cy, cz = ball["centre"]
                along = (cx - x) * sx + cy * sy + (cz - z) * sz
                if along <= 0:  # the ball is on the far side of the sun
                    continue
                miss = math.sqrt(max(0.0, (cx - x) ** 2 + cy * cy + (cz - z) ** 2 - along * along))
                blur = 0.05 + 0.12 * along  # the sun is a disc: shadows soften with distance
                light = min(light, max(0.0, min(1.0, 0.5 + (miss - ball["radius"]) / blur)))
            pixels.append(int(255 * (0.35 + 0.65 * light)))
        if row % 40 == 39:
            progress(row + 1, MAP)
    write_pnm(out / f"shadow.{frame:04d}.pgm", "P5", MAP, MAP, bytes(pixels))


# --- the picture -----------------------------------------------------------------------------------------------------


class Camera:
    """Looks from `eye` at a point above the origin; `ray(x, y)` runs through a pixel, not normalised."""

    def __init__(self, eye: tuple[float, float, float], width: int, height: int) -> None:
        ex, ey, ez = eye
        fx, fy, fz = normal(-ex, 1.0 - ey, -ez)
        rx, ry, rz = normal(fz, 0.0, -fx)
        self.forward, self.right = (fx, fy, fz), (rx, ry, rz)
        self.up = (fy * rz - fz * ry, fz * rx - fx * rz, fx * ry - fy * rx)
        self.eye, self.width, self.height = eye, width, height
        self.scale = 1.25 / width

    def row(self, y: float) -> tuple[float, float, float]:
        """Direction through the left edge of row y; each pixel further adds `right` times `scale`."""
        lift, left = (self.height / 2 - y) * self.scale, -self.width / 2 * self.scale
        return tuple(f + lift * u + left * r for f, u, r in zip(self.forward, self.up, self.right, strict=True))  # type: ignore[return-value]

    def span(self, ball: dict) -> tuple[int, int, int, int]:
        """The box of pixels outside which the ball cannot be seen: left, right, top, bottom."""
        d = [c - e for c, e in zip(ball["centre"], self.eye, strict=True)]
        depth, across, above = (
            sum(a * b for a, b in zip(d, axis, strict=True)) for axis in (self.forward, self.right, self.up)
        )
        reach = ball["radius"] / (depth - ball["radius"]) / self.scale * 1.1 + 1
        x, y = self.width / 2 + across / depth / self.scale, self.height / 2 - above / depth / self.scale
        return (max(0, int(x - reach)), min(self.width, int(x + reach) + 1), int(y - reach), int(y + reach) + 1)


def normal(x: float, y: float, z: float) -> tuple[float, float, float]:
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


class World:
    """What a ray can meet besides a ball: the floor, with its tile and shadows, or the sky."""

    def __init__(self, tile: bytes, shadows: bytes) -> None:
        self.tile, self.shadows = tile, shadows

    def colour(self, ox, oy, oz, dx, dy, dz):
        """Colour seen from (ox, oy, oz) in the direction (dx, dy, dz)."""
        if dy >= -0.0005:
            blue = min(1.0, 2.2 * dy / math.sqrt(dx * dx + dy * dy + dz * dz)) if dy > 0 else 0.0
            return 225 - 130 * blue, 232 - 80 * blue, 240 - 15 * blue
        t = -oy / dy
        x, z = ox + t * dx, oz + t * dz
        shade = self.tile[(int(z * 32) & 63) << 6 | int(x * 32) & 63]
        column, row = int((x / MAP_SIZE + 0.5) * MAP), int((z / MAP_SIZE + 0.5) * MAP)
        if 0 <= column < MAP and 0 <= row < MAP:
            shade = shade * self.shadows[row * MAP + column] >> 8
        far = t * 0.035
        near = 1.0 / (1.0 + far * far)
        if (int(x + 1000) + int(z + 1000)) & 1:
            r, g, b = shade * 0.42, shade * 0.46, shade * 0.55
        else:
            r, g, b = shade * 0.95, shade * 0.93, shade * 0.88
        mist = 1.0 - near
        return r * near + 225 * mist, g * near + 232 * mist, b * near + 240 * mist


def hit(ball, ox, oy, oz, dx, dy, dz):
    """Distance along the ray to the ball, or None."""
    cx, cy, cz = ball["centre"]
    mx, my, mz = ox - cx, oy - cy, oz - cz
    a = dx * dx + dy * dy + dz * dz
    b = mx * dx + my * dy + mz * dz
    c = mx * mx + my * my + mz * mz - ball["radius"] ** 2
    d = b * b - a * c
    if d < 0 or b > 0:
        return None
    return (-b - math.sqrt(d)) / a


def shine(world, balls, ball, t, ox, oy, oz, dx, dy, dz):
    """Colour of a ball where a ray meets it: its own, lit by the sun, and what it mirrors."""
    x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
    cx, cy, cz = ball["centre"]
    radius = ball["radius"]
    nx, ny, nz = (x - cx) / radius, (y - cy) / radius, (z - cz) / radius
    dx, dy, dz = normal(dx, dy, dz)
    facing = dx * nx + dy * ny + dz * nz
    rx, ry, rz = dx - 2 * facing * nx, dy - 2 * facing * ny, dz - 2 * facing * nz
    seen = None
    for other in balls:
        if other is not ball and hit(other, x, y, z, rx, ry, rz) is not None:
            seen = [0.5 * part for part in other["colour"]]
            break
    if seen is None:
        seen = world.colour(x, y, z, rx, ry, rz)
    light = 0.30 + 0.70 * max(0.0, nx * SUN[0] + ny * SUN[1] + nz * SUN[2])
    glint = 160 * max(0.0, rx * SUN[0] + ry * SUN[1] + rz * SUN[2]) ** 40
    mirror = 0.10 + 0.75 * (1 + facing) ** 3
    return [
        min(255.0, (1 - mirror) * part * light + mirror * s + glint)
        for part, s in zip(ball["colour"], seen, strict=True)
    ]


def frame(out: Path, number: int, width: int, samples: int) -> None:
    height = width * 9 // 16
    step = load_step(out, number)
    world = World(read_pnm(out / f"texture.{number:04d}.pgm")[2], read_pnm(out / f"shadow.{number:04d}.pgm")[2])
    camera = Camera(tuple(step["eye"]), width * samples, height * samples)
    balls = sorted(step["balls"], key=lambda ball: math.dist(ball["centre"], step["eye"]))
    spans = [(ball, *camera.span(ball)) for ball in balls]
    pixels = bytearray()
    for row in range(height):
        lines = [trace_line(world, balls, spans, camera, row * samples + sub) for sub in range(samples)]
        pixels += average(lines, samples)
        if row % 20 == 19:
            progress(row + 1, height)
    write_pnm(out / f"frame.{number:04d}.ppm", "P6", width, height, bytes(pixels))


def trace_line(world, balls, spans, camera, y):
    """One line of (r, g, b) in floats: the floor and sky first, then the balls that reach this line, far to near."""
    ox, oy, oz = camera.eye
    sx, sy, sz = camera.row(y + 0.5)
    rx, ry, rz = (camera.scale * part for part in camera.right)
    colour = world.colour
    line = [colour(ox, oy, oz, sx + x * rx, sy + x * ry, sz + x * rz) for x in range(camera.width)]
    for ball, left, right, top, bottom in reversed(spans):
        if not top <= y < bottom:
            continue
        for x in range(left, right):
            dx, dy, dz = sx + x * rx, sy + x * ry, sz + x * rz
            t = hit(ball, ox, oy, oz, dx, dy, dz)
            if t is not None:
                line[x] = shine(world, balls, ball, t, ox, oy, oz, dx, dy, dz)
    return line


def average(lines, samples):
    """Box filter: samples x samples traced points become one pixel."""
    if samples == 1:
        return bytes(int(part) for point in lines[0] for part in point)
    weight = 1.0 / (samples * samples)
    pixels = bytearray()
    for x in range(0, len(lines[0]), samples):
        points = [point for line in lines for point in line[x : x + samples]]
        pixels += bytes(int(sum(parts) * weight) for parts in zip(*points, strict=True))
    return pixels


# --- all frames as one animated PNG ----------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def join(out: Path, frames: int) -> Path:
    """PNG with an animation (acTL, fcTL, fdAT): a browser plays it, other viewers show the first picture."""
    target = out / "bounce.png"
    parts, sequence = [], 0
    for number in range(1, frames + 1):
        width, height, pixels = read_pnm(out / f"frame.{number:04d}.ppm")
        if number == 1:
            header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
            parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"acTL", struct.pack(">II", frames, 0))]
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, 0, 0, 1, 24, 0, 0)))
        stride = width * 3
        rows = b"".join(b"\0" + pixels[at : at + stride] for at in range(0, len(pixels), stride))
        packed = zlib.compress(rows, 6)
        if number == 1:
            parts.append(chunk(b"IDAT", packed))
            sequence += 1
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", sequence + 1) + packed))
            sequence += 2
        progress(number, frames)
    target.write_bytes(b"".join([*parts, chunk(b"IEND", b"")]))
    print(f"wrote {target}")
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="A small ray tracer for the example job.")
    parser.add_argument("step", choices=["scene", "texture", "shadow", "frame", "join"])
    parser.add_argument("-frame", type=int, default=1, help="number of the frame, from 1")
    parser.add_argument("-frames", type=int, default=48, help="how many frames there are")
    parser.add_argument("-out", type=Path, default=Path("out"), help="the folder that all steps share")
    parser.add_argument("-width", type=int, default=320)
    parser.add_argument("-samples", type=int, default=2, help="points traced per pixel, each way")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    try:
        if given.step == "scene":
            scene(given.out, given.frames)
        elif given.step == "texture":
            texture(given.out, given.frame)
        elif given.step == "shadow":
            shadow(given.out, given.frame)
        elif given.step == "frame":
            frame(given.out, given.frame, given.width, given.samples)
        else:
            join(given.out, given.frames)
    except MissingInput as trouble:
        print(f"trace.py: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
