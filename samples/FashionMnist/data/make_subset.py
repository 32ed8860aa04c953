#!/usr/bin/env python3
"""Makes the class-balanced subset of Fashion-MNIST in this folder from the full set.

    python3 make_subset.py /usr/share/datasets/fashion-mnist

Takes the first 1,000 training and the first 200 test images of each of the ten classes and keeps them in the order of
the full files, so the subset is a pure function of its source: no random numbers, and gzip headers carry no time and no
file name. (The compressed bytes depend on the zlib at hand; the bytes inside do not. README.md lists their SHA-256.)
"""
import gzip
import hashlib
import pathlib
import struct
import sys

CLASSES = 10
IMAGE_BYTES = 28 * 28
PARTS = {"train": 1000, "t10k": 200}  # images kept of each class


def read(path, magic, header_ints):
    """The header's integers after the magic number, and the bytes after the header."""
    raw = gzip.open(path).read()
    found, *sizes = struct.unpack_from(f">{1 + header_ints}I", raw)
    if found != magic:
        sys.exit(f"{path}: magic number is 0x{found:08x}, expected 0x{magic:08x}")
    return sizes, raw[4 + 4 * header_ints:]


def write(path, raw):
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
        packed.write(raw)
    print(f"{hashlib.sha256(raw).hexdigest()}  {path.name} (unpacked, {len(raw):,} bytes)")


def main(source, target):
    for part, keep in PARTS.items():
        images_name, labels_name = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
        (count, rows, columns), pixels = read(source / images_name, 0x00000803, 3)
        (label_count,), labels = read(source / labels_name, 0x00000801, 1)
        if (rows, columns) != (28, 28) or label_count != count or len(pixels) != count * IMAGE_BYTES or len(labels) != count:
            sys.exit(f"{source}: {part} images and labels do not belong together")

        taken, picked = [0] * CLASSES, []
        for index, label in enumerate(labels):
            if taken[label] < keep:
                taken[label] += 1
                picked.append(index)
        if min(taken) < keep:
            sys.exit(f"{source}: {part} has a class with {min(taken)} images, needs {keep}")

        write(target / images_name, struct.pack(">4I", 0x00000803, len(picked), 28, 28)
              + b"".join(pixels[i * IMAGE_BYTES:(i + 1) * IMAGE_BYTES] for i in picked))
        write(target / labels_name, struct.pack(">2I", 0x00000801, len(picked)) + bytes(labels[i] for i in picked))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_subset.py FOLDER_WITH_THE_FULL_SET")
    main(pathlib.Path(sys.argv[1]), pathlib.Path(__file__).resolve().parent)
