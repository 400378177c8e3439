"""RSA moduli that a broken generator made: their factors can be found (ROCA, CVE-2017-15361).

Each prime of such a key is 65537^a modulo the product of the first primes, plus a multiple of that product; so the
modulus itself is a power of 65537 modulo every small prime. Of other moduli fewer than one in a hundred million is.
"""

from typing import Final

_PRIMES: Final = [n for n in range(3, 168) if all(n % divisor for divisor in range(2, n))]


def _powers(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime))


_POWERS: Final = tuple((prime, _powers(prime)) for prime in _PRIMES)


def is_roca(modulus: int) -> bool:
    """Whether a modulus carries the mark of that generator."""
    return all(modulus % prime in powers for prime, powers in _POWERS)
