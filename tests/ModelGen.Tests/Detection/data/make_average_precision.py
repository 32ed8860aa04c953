"""Writes average_precision.json: average precision by a second implementation, after COCOeval and the development kit of VOC 2010.

Plain Python. Coordinates are multiples of 1/4 and scores of 1/128, so that there are equal ones.
"""
import json
import os
import random

random.seed(3)
CLASSES, IMAGES = 3, 25
THRESHOLDS = [0.5 + 0.05 * i for i in range(10)]
MOST = 6


def quarter(x):
    return round(x * 4) / 4


def iou(a, b):
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def image():
    truth, found = [], []
    for _ in range(random.randint(0, 5)):
        x, y, w, h = random.uniform(0, 60), random.uniform(0, 60), random.uniform(8, 40), random.uniform(8, 40)
        box, label = [quarter(v) for v in (x, y, x + w, y + h)], random.randrange(CLASSES)
        truth.append((box, label))
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            near = [quarter(v + random.gauss(0, 0.06 * (w + h) / 2)) for v in box]
            found.append((near, round(random.random() * 128) / 128, label if random.random() < 0.9 else random.randrange(CLASSES)))
    for _ in range(random.randint(0, 3)):
        x, y = quarter(random.uniform(0, 80)), quarter(random.uniform(0, 80))
        found.append(([x, y, x + 15, y + 20], round(random.random() * 64) / 128, random.randrange(CLASSES)))
    random.shuffle(found)
    return truth, found


images = [image() for _ in range(IMAGES)]


def ranked(found, label):
    mine = [f for f in found if f[2] == label]
    return sorted(mine, key=lambda f: -f[1])[:MOST]


def marks(label, threshold, rule):
    """(score, right?) of all detections of a class in the order of images, and the number of objects."""
    result, objects = [], 0
    for truth, found in images:
        mine = [t[0] for t in truth if t[1] == label]
        objects += len(mine)
        taken = [False] * len(mine)
        for box, score, _ in ranked(found, label):
            if rule == "coco":
                best, most = -1, min(threshold, 1 - 1e-10)
                for g, other in enumerate(mine):
                    if not taken[g] and iou(box, other) >= most:
                        best, most = g, iou(box, other)
                right = best >= 0
            else:
                overlaps = [iou(box, other) for other in mine]
                best = overlaps.index(max(overlaps)) if overlaps else -1
                right = best >= 0 and overlaps[best] >= threshold and not taken[best]
            if right:
                taken[best] = True
            result.append((score, right))
    return sorted(result, key=lambda r: -r[0]), objects


def average(label, threshold, rule):
    order, objects = marks(label, threshold, rule)
    recall, precision, right = [], [], 0
    for i, (_, ok) in enumerate(order):
        right += ok
        recall.append(right / objects)
        precision.append(right / (i + 1))
    if rule == "coco":
        total = 0.0
        for r in range(101):
            total += max((p for p, at in zip(precision, recall) if at >= r * 0.01), default=0.0)
        return total / 101
    # The development kit's form: sentinels, the envelope, and the area where recall changes.
    mrec, mpre = [0.0] + recall + [1.0], [0.0] + precision + [0.0]
    for i in range(len(mpre) - 2, -1, -1):
        mpre[i] = max(mpre[i], mpre[i + 1])
    return sum((mrec[i] - mrec[i - 1]) * mpre[i] for i in range(1, len(mrec)) if mrec[i] != mrec[i - 1])


out = {"classes": CLASSES, "most": MOST, "images": [
    {"boxes": sum((f[0] for f in found), []), "scores": [f[1] for f in found], "labels": [f[2] for f in found],
     "trueBoxes": sum((t[0] for t in truth), []), "trueLabels": [t[1] for t in truth]} for truth, found in images]}
for rule in ("coco", "voc"):
    out[rule] = [[average(c, t, rule) for t in THRESHOLDS] for c in range(CLASSES)]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "average_precision.json"), "w") as file:
    json.dump(out, file, separators=(",", ":"))
print(out["coco"], out["voc"])
