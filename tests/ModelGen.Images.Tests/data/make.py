#!/usr/bin/python3
"""Makes the images of this folder, and expected.json: what Pillow and torchvision make of them.

Debian 12: apt-get install python3-pil python3-torchvision python3-skimage python3-matplotlib libjpeg-turbo-progs
"""
import hashlib, json, os, shutil, struct, subprocess, zlib
import numpy, PIL, torch, torchvision
from PIL import Image, features
from torchvision import transforms
from torchvision.transforms import InterpolationMode

folder = os.path.dirname(os.path.abspath(__file__))
os.chdir(folder)
# Rocket: SpaceX, released in the public domain. Grace Hopper: James S. Davis, US Navy, public domain.
shutil.copy('/usr/lib/python3/dist-packages/skimage/data/rocket.jpg', 'rocket.jpg')
shutil.copy('/usr/share/matplotlib/mpl-data/sample_data/grace_hopper.jpg', 'grace_hopper.jpg')

part = Image.open('grace_hopper.jpg').crop((150, 40, 150 + 161, 40 + 107))
part.save('part.ppm')

def cjpeg(name, *options, source='part.ppm'):
    subprocess.run(['cjpeg', '-quality', '85', *options, '-outfile', name, source], check=True)

cjpeg('444.jpg', '-sample', '1x1')
cjpeg('422.jpg', '-sample', '2x1')
cjpeg('440.jpg', '-sample', '1x2')
cjpeg('411.jpg', '-sample', '4x1')
cjpeg('410.jpg', '-sample', '4x2')
cjpeg('420_restart.jpg', '-sample', '2x2', '-restart', '3B')
cjpeg('420_progressive.jpg', '-sample', '2x2', '-progressive')
cjpeg('422_progressive_restart.jpg', '-sample', '2x1', '-progressive', '-restart', '1')
cjpeg('rgb.jpg', '-rgb')
cjpeg('gray.jpg', '-grayscale')
cjpeg('gray_progressive.jpg', '-grayscale', '-progressive')
cjpeg('low_quality.jpg', '-quality', '5')
cjpeg('high_quality.jpg', '-quality', '100', '-sample', '1x1')
part.crop((60, 20, 63, 27)).save('tiny.ppm')
cjpeg('tiny_420.jpg', '-sample', '2x2', source='tiny.ppm')
cjpeg('tiny_422.jpg', '-sample', '2x1', source='tiny.ppm')
cjpeg('arithmetic.jpg', '-arithmetic', source='tiny.ppm')
part.convert('CMYK').save('cmyk.jpg', quality=85)
cmyk = bytearray(open('cmyk.jpg', 'rb').read())
cmyk[cmyk.index(b'Adobe') + 11] = 2
open('ycck.jpg', 'wb').write(cmyk)
# Turned by 90 degrees, by EXIF data alone, which torchvision's loader does not look at.
exif = Image.Exif()
exif[0x0112] = 6
part.save('oriented.jpg', quality=85, exif=exif)
part.save('24.bmp')
part.quantize(16).save('palette.bmp')
part.convert('L').save('gray.bmp')
part.save('rgb.png')

def png(name, samples, kind, depth, interlaced=False):
    """Pillow writes neither interlaced files nor colours of 16 bits: rows without filters, of an array of height x width x samples."""
    def rows(array):
        digits = array.reshape(array.shape[0], -1)
        packed = digits.astype('>u2').tobytes() if depth == 16 else numpy.packbits(
            (digits[..., None] >> numpy.arange(depth - 1, -1, -1) & 1).astype(numpy.uint8).reshape(len(digits), -1), axis=1).tobytes()
        size = len(packed) // len(digits)
        return b''.join(b'\0' + packed[i * size:(i + 1) * size] for i in range(len(digits)))
    def chunk(kind, body):
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::down, x::right] for x, y, right, down in passes]
    with open(name, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', samples.shape[1], samples.shape[0], depth, kind, 0, 0, interlaced)))
        if kind == 3:
            file.write(chunk(b'PLTE', bytes(numpy.random.default_rng(1).integers(0, 256, 3 << depth, numpy.uint8))))
        file.write(chunk(b'IDAT', zlib.compress(b''.join(rows(part) for part in parts if part.size > 0), 9)) + chunk(b'IEND', b''))

small = part.crop((60, 20, 60 + 45, 20 + 37))
colours = numpy.array(small).astype(int)
gray = numpy.array(small.convert('L')).astype(int)[..., None]
alpha = numpy.arange(gray.size).reshape(gray.shape) % 256
# The lower bytes are others than the upper ones.
deep = lambda array: array * 256 + (array * 7 + 3) % 256
png('gray16.png', deep(gray), 0, 16)
png('gray16_alpha_interlaced.png', deep(numpy.dstack([gray, alpha])), 4, 16, True)
png('rgb16.png', deep(colours), 2, 16)
png('rgb16_interlaced.png', deep(colours), 2, 16, True)
png('rgba16.png', deep(numpy.dstack([colours, alpha])), 6, 16)
png('rgb_interlaced.png', colours, 2, 8, True)
png('rgba_interlaced.png', numpy.dstack([colours, alpha]), 6, 8, True)
png('palette4_interlaced.png', gray // 16, 3, 4, True)
png('gray2_interlaced.png', gray // 64, 0, 2, True)
png('gray1_interlaced.png', gray // 128, 0, 1, True)
os.remove('part.ppm')
os.remove('tiny.ppm')

def sha(array):
    return hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()

decoded, transformed = [], []
for name in sorted(os.listdir('.')):
    if not name.endswith(('.jpg', '.bmp', '.png')) or name == 'arithmetic.jpg' or name.startswith('expected'):
        continue
    image = Image.open(name)
    if image.mode == 'I':
        # Gray of 16 bits, of which Pillow's conversion would make white what is 256 and more: the upper byte, as it takes of colours.
        image = Image.fromarray((numpy.array(image) >> 8).astype(numpy.uint8))
    rgb, gray = image.convert('RGB'), image.convert('L') if image.mode != 'CMYK' else image.convert('RGB').convert('L')
    decoded.append({'file': name, 'width': image.width, 'height': image.height, 'rgb': sha(numpy.array(rgb)), 'gray': sha(numpy.array(gray))})
    for mode in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC):
        for resize, height, width in ((256, 224, 224), (64, 56, 61), (171, 171, 171), (19, 7, 12)):
            spatial = transforms.Compose([transforms.Resize(resize, interpolation=mode), transforms.CenterCrop((height, width))])
            whole = transforms.Compose([spatial, transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
            tensor = whole(rgb).numpy().reshape(-1)
            transformed.append({'file': name, 'interpolation': mode.value.capitalize(), 'resize': resize, 'height': height, 'width': width,
                                'pixels': sha(numpy.array(spatial(rgb))), 'floats': [float(v) for v in tensor[::max(1, tensor.size // 7)]]})
spatial = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])
spatial(Image.open('grace_hopper.jpg').convert('RGB')).save('expected_grace_hopper.png', optimize=True)
spatial(Image.open('rocket.jpg').convert('RGB')).save('expected_rocket.png', optimize=True)
json.dump({'pillow': PIL.__version__, 'libjpeg_turbo': features.version_feature('libjpeg_turbo'), 'torch': torch.__version__, 'torchvision': torchvision.__version__,
           'decoded': decoded, 'transformed': transformed}, open('expected.json', 'w', newline='\n'), indent=0)
