"""Writes detection.json: what torchvision's operators give for random boxes and feature maps.

Needs torch and torchvision (Debian: python3-torch, python3-torchvision). All inputs are multiples of 1/64, so their decimals are exact.
"""
import json
import math
import os

import torch
import torchvision
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import MultiScaleRoIAlign, box_iou, clip_boxes_to_image, nms, remove_small_boxes, roi_align
from torchvision.ops.boxes import _batched_nms_vanilla

torch.manual_seed(1)


def grid(*shape, scale=1.0, step=64):
    return torch.round(torch.randn(*shape) * scale * step) / step


def boxes(count, height, width, largest):
    corner = torch.rand(count, 2) * torch.tensor([width, height])
    size = torch.rand(count, 2) * largest
    return torch.round(torch.cat([corner - size / 2, corner + size / 2], 1) * 4) / 4


def flat(tensor):
    return [float(f"{v:.9g}") if isinstance(v, float) else v for v in tensor.reshape(-1).tolist()]


cases = {"torchvision": torchvision.__version__}

a, b = boxes(7, 60, 80, 50), boxes(5, 60, 80, 50)
b[0] = a[3]
cases["iou"] = {"a": flat(a), "b": flat(b), "result": flat(box_iou(a, b))}

c = boxes(20, 60, 80, 70)
cases["clip"] = {"boxes": flat(c), "height": 60, "width": 80, "result": flat(clip_boxes_to_image(c, (60, 80))),
                 "minimum": 20, "kept": flat(remove_small_boxes(c, 20))}

many, scores, classes = boxes(400, 200, 300, 90), torch.round(torch.rand(400) * 64) / 64, torch.randint(0, 5, (400,))
cases["nms"] = {"boxes": flat(many), "scores": flat(scores), "classes": flat(classes), "runs": [
    {"threshold": t, "kept": flat(nms(many, scores, t)), "batched": flat(_batched_nms_vanilla(many, scores, classes, t))}
    for t in (0.0, 0.3, 0.5, 0.7)]}

coder = BoxCoder((10.0, 10.0, 5.0, 5.0))
references, targets = boxes(12, 60, 80, 50), boxes(12, 60, 80, 50)
references[:, 2:] += 4
targets[:, 2:] += 4
codes = grid(12, 3 * 4, scale=2)
codes[0, 2] = 60
cases["coder"] = {"references": flat(references), "boxes": flat(targets), "codes": flat(coder.encode_single(targets, references)),
                  "given": flat(codes), "decoded": flat(coder.decode_single(codes, references))}

sizes, ratios = ((32, 50), (64,)), ((0.5, 1.0, 2.0), (0.3, 1.0))
anchors = AnchorGenerator(sizes, ratios)(ImageList(torch.zeros(1, 3, 100, 130), [(100, 130)]),
                                         [torch.zeros(1, 1, 4, 5), torch.zeros(1, 1, 2, 3)])[0]
cases["anchors"] = flat(anchors)

features = grid(1, 3, 12, 17)
regions = boxes(14, 48, 68, 60)
regions[0] = torch.tensor([-40.0, -30.0, 200.0, 150.0])
regions[1] = torch.tensor([10.0, 10.0, 10.0, 10.25])
regions[2] = torch.tensor([300.0, 300.0, 310.0, 310.0])
cases["align"] = {"features": flat(features), "boxes": flat(regions), "runs": []}
for height, width, ratio, aligned in ((2, 3, 2, False), (2, 3, 0, False), (3, 2, 0, True), (1, 2, 3, True)):
    image = features.clone().requires_grad_()
    result = roi_align(image, [regions], (height, width), 0.25, ratio, aligned)
    gradient = grid(*result.shape)
    result.backward(gradient)
    cases["align"]["runs"].append({"height": height, "width": width, "ratio": ratio, "aligned": aligned, "result": flat(result.detach()),
                                   "gradient": flat(gradient), "features": flat(image.grad)})

levels = {str(i): grid(1, 2, 32 >> i, 40 >> i) for i in range(3)}
pooled = boxes(16, 128, 160, 150)
pooled[0] = torch.tensor([10.0, 10.0, 42.0, 42.0])
pool = MultiScaleRoIAlign(["0", "1", "2"], (2, 2), 2, canonical_scale=32, canonical_level=3)
cases["pyramid"] = {"levels": [flat(levels[str(i)]) for i in range(3)], "boxes": flat(pooled),
                    "result": flat(pool(levels, [pooled], [(128, 160)]))}

x, y = grid(4, 20), grid(4, 20)
cases["cosine"] = {"x": flat(x), "y": flat(y), "result": flat(torch.nn.functional.cosine_similarity(x, y))}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "detection.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
