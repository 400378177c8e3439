"""Keys that are the same on every machine: made from a name, for test certificates alone, worth nothing anywhere."""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
_SMALL = [n for n in range(3, 2000, 2) if all(n % divisor for divisor in range(3, int(n**0.5) + 1, 2))]


def elliptic(name: str, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_octets(name, 23), "big"), curve)


def edwards(name: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(_octets(name, 32))


def rivest(name: str, bits: int) -> rsa.RSAPrivateKey:
    """RSA with the first two primes that fit from a number that the name gives."""
    exponent = 65537
    p, q = (next(_primes(f"{name} {which}", bits // 2, exponent)) for which in "pq")
    p, q = max(p, q), min(p, q)
    private = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(
        p, q, private, private % (p - 1), private % (q - 1), pow(q, -1, p), public
    ).private_key()


def _octets(name: str, count: int) -> bytes:
    return hashlib.shake_256(f"test key {name}".encode()).digest(count)


def _primes(name: str, bits: int, exponent: int) -> Iterator[int]:
    # The two upper bits, so that the product has all its bits.
    candidate = int.from_bytes(_octets(name, bits // 8), "big") | (3 << (bits - 2)) | 1
    while True:
        if all(candidate % prime for prime in _SMALL) and (candidate - 1) % exponent and _is_prime(candidate):
            yield candidate
        candidate += 2


def _is_prime(number: int) -> bool:
    """Fermat's test to a few bases: enough for a number that nobody chose."""
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5))
