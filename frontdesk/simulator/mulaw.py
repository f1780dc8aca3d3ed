"""µ-law, the 8-bit coding of telephone audio (ITU-T G.711)."""

import numpy as np
from numpy.typing import NDArray

_BIAS = 33
_CLIP = 8158


def _decoding_table() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4) & 0x07
    magnitude = (((code & 0x0F).astype(np.int32) << 1) + _BIAS << exponent) - _BIAS
    return (4 * np.where(code & 0x80, -magnitude, magnitude)).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    # G.711 codes the upper 14 of the 16 bits.
    sample = np.arange(-32768, 32768, dtype=np.int32) >> 2
    magnitude = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    mantissa = (magnitude >> (exponent + 1)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    code: NDArray[np.int32] = ~(sign | (exponent << 4) | mantissa) & 0xFF
    return code.astype(np.uint8)


_DECODE = _decoding_table()
_ENCODE = _encoding_table()


def encode(pcm: bytes) -> bytes:
    """16-bit PCM to µ-law, one byte per sample."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.int32)
    return _ENCODE[samples + 32768].tobytes()


def decode(ulaw: bytes) -> bytes:
    """µ-law to 16-bit PCM, two bytes per sample."""
    return _DECODE[np.frombuffer(ulaw, dtype=np.uint8)].astype("<i2").tobytes()
