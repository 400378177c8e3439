"""Makes x509_chains.json, the same bytes each time: `python -m tests.vectors.make_x509_chains`. One group a rule.

Every case says which certificates go into `x5c`, which are anchors, and what a verifier owes for each role and time.
"""

import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import MD5, SHA1
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.vectors.x509_builder import DAY, NOW, Vectors, resigned
from tests.vectors.x509_keys import edwards, elliptic, rivest

OUT = Path(__file__).with_name("x509_chains.json")
P256, P384, P521 = ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()
SERVER, CLIENT, ANY = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
OWN = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
LIST_SIGNING = x509.ObjectIdentifier("0.4.0.2231.3.0")
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00")
OLD_HASHES = (("SHA-1", SHA1(), 5), ("MD5", MD5(), 4))
SIGNING_ROLES = ("issuers", "status", "access", "registrars", "wallet-providers", "lists", "sealing")


def text() -> str:
    """The whole file."""
    v = Vectors()
    v.authority("root", None)
    v.authority("upper", "root")
    v.authority("lower", "upper")
    v.make("leaf", "lower")
    v.make("direct", "root")
    for group in (_paths, _times, _roots, _roles, _authorities, _lengths, _names, _keys, _malformed):
        group(v)
    return json.dumps(v.document(), indent=1) + "\n"


def _paths(v: Vectors) -> None:
    v.case("path", "leaf under the anchor", ["direct"], ["root"], None, roles=SIGNING_ROLES)
    v.case("path", "two authorities between", ["leaf", "lower", "upper"], ["root"], None, roles=SIGNING_ROLES)
    v.authority("other root", None)
    v.case("path", "the anchor is one of several", ["direct"], ["other root", "root"], None)
    v.case("path", "no anchor at all", ["direct"], [], "chain_untrusted")
    v.case("path", "no certificate at all", [], ["root"], "x5c_invalid")
    v.case("path", "shuffled", ["leaf", "upper", "lower"], ["root"], "x5c_invalid")
    v.case("path", "leaf last", ["lower", "upper", "leaf"], ["root"], "x5c_invalid")
    v.case("path", "the one above the leaf is missing", ["leaf", "upper"], ["root"], "x5c_invalid")
    v.case("path", "the one below the anchor is missing", ["leaf", "lower"], ["root"], "chain_untrusted")
    v.authority("unrelated", "root")
    v.case("path", "one too many at the end", ["direct", "unrelated"], ["root"], "x5c_invalid")
    v.case("path", "one too many between", ["leaf", "lower", "unrelated", "upper"], ["root"], "x5c_invalid")
    v.case("path", "a certificate twice", ["leaf", "lower", "lower", "upper"], ["root"], "x5c_invalid")
    v.case("path", "another chain's authority", ["leaf", "unrelated"], ["root"], "x5c_invalid")
    issuer = "root"
    for number in range(5):
        issuer = v.authority(f"deep {number}", issuer)
    v.make("deep leaf", "deep 3")
    v.make("deeper leaf", "deep 4")
    four = ["deep 3", "deep 2", "deep 1", "deep 0"]
    v.case("path", "five certificates", ["deep leaf", *four], ["root"], None)
    v.case("path", "six certificates", ["deeper leaf", "deep 4", *four], ["root"], "x5c_invalid")
    v.authority("loop a", "root")
    v.authority("loop b", "loop a")
    v.authority("loop a by b", "loop b", subject="loop a", key=v.certificates["loop a"].key)
    v.make("loop leaf", "loop a")
    v.case("path", "cross-signed loop", ["loop leaf", "loop a by b", "loop b"], ["root"], "chain_untrusted")
    v.case(
        "path",
        "round the loop to the anchor",
        ["loop leaf", "loop a by b", "loop b", "loop a"],
        ["root"],
        "x5c_invalid",
    )


def _times(v: Vectors) -> None:
    start, end = NOW - DAY, NOW + 365 * DAY
    v.case("time", "the first second", ["direct"], ["root"], None, time=start)
    v.case("time", "the last second", ["direct"], ["root"], None, time=end)
    v.case("time", "a second after the last", ["direct"], ["root"], "cert_expired", time=end + 1)
    v.case("time", "a second before the first", ["direct"], ["root"], "cert_not_yet_valid", time=start - 1)
    v.make("old authority", "root", ca=True, not_after=NOW - 1)
    v.make("under old", "old authority")
    v.case("time", "expired authority between", ["under old", "old authority"], ["root"], "cert_expired")
    v.make("coming authority", "root", ca=True, not_before=NOW + 1)
    v.make("under coming", "coming authority")
    v.case(
        "time", "authority between not yet valid", ["under coming", "coming authority"], ["root"], "cert_not_yet_valid"
    )
    v.make("old root", None, ca=True, not_after=NOW - 1)
    v.make("under old root", "old root")
    v.case("time", "expired anchor", ["under old root"], ["old root"], "cert_expired")
    v.make("coming root", None, ca=True, not_before=NOW + 1)
    v.make("under coming root", "coming root")
    v.case("time", "anchor not yet valid", ["under coming root"], ["coming root"], "cert_not_yet_valid")
    v.authority("old root renewed", None, subject="old root", key=v.certificates["old root"].key)
    v.case("time", "anchor renewed with the same key", ["under old root"], ["old root", "old root renewed"], None)
    v.make("direct renewed", "root", subject="direct", key=v.certificates["direct"].key, not_before=NOW)
    v.make("direct new key", "root", subject="direct", key=elliptic("new key", P256))
    v.case("time", "leaf renewed with the same key", ["direct renewed"], ["root"], None)
    v.case("time", "leaf renewed with a new key, both valid", ["direct new key"], ["root"], None)


def _roots(v: Vectors) -> None:
    v.case("anchor", "at the end of x5c", ["leaf", "lower", "upper", "root"], ["root"], "x5c_invalid")
    v.case("anchor", "after a leaf of its own", ["direct", "root"], ["root"], "x5c_invalid")
    v.case(
        "anchor",
        "an authority between that is an anchor too",
        ["leaf", "lower", "upper"],
        ["root", "upper"],
        "x5c_invalid",
    )
    v.case("anchor", "the lowest authority is the anchor", ["leaf"], ["lower"], None)
    v.make("alone", None)
    v.case("anchor", "self-signed leaf", ["alone"], ["root"], "cert_self_signed")
    v.case("anchor", "self-signed leaf that is an anchor", ["alone"], ["alone"], "cert_self_signed")
    v.make("self-issued", "root", subject="root")
    v.case("anchor", "leaf that names its issuer as itself", ["self-issued"], ["root"], "cert_self_signed")
    v.authority("their root", None)
    v.make("their leaf", "their root")
    v.case("anchor", "unknown root", ["their leaf"], ["root"], "chain_untrusted")
    v.case("anchor", "unknown root brought along", ["their leaf", "their root"], ["root"], "chain_untrusted")
    identifier = x509.SubjectKeyIdentifier(b"k" * 20)
    v.authority("twin", None, serial=7, more=[identifier])
    v.authority("twin of another key", None, subject="twin", serial=7, more=[identifier])
    hint = x509.AuthorityKeyIdentifier(b"k" * 20, None, None)
    v.make("twin's leaf", "twin", more=[hint])
    v.make("other twin's leaf", "twin of another key", more=[hint])
    v.case(
        "anchor",
        "name, serial and key identifier of the anchor, another key",
        ["other twin's leaf"],
        ["twin"],
        "chain_untrusted",
    )
    v.case("anchor", "both twins are anchors", ["other twin's leaf"], ["twin", "twin of another key"], None)
    v.authority("lower of another key", "upper", subject="lower")
    v.case(
        "anchor",
        "authority between of the same name and another key",
        ["leaf", "lower of another key", "upper"],
        ["root"],
        "chain_untrusted",
    )
    v.make("wrong hint", "root", more=[hint])
    v.case("anchor", "authority key identifier of nobody: a hint, not a rule", ["wrong hint"], ["root"], None)


def _roles(v: Vectors) -> None:
    v.authority("access root", None)
    v.make("access leaf", "access root")
    v.case("role", "leaf of another role's root", ["access leaf"], ["root"], "chain_untrusted", roles=SIGNING_ROLES)
    v.case("role", "in its own role", ["access leaf"], ["access root"], None, roles=("access",))
    usages = {
        "own purpose": ([OWN], None),
        "own purpose and clientAuth": ([OWN, CLIENT], None),
        "list signing": ([LIST_SIGNING], None),
        "serverAuth": ([SERVER], "cert_role"),
        "clientAuth": ([CLIENT], "cert_role"),
        "serverAuth and clientAuth": ([SERVER, CLIENT], "cert_role"),
        "any purpose": ([ANY], "cert_role"),
        "own and any purpose": ([OWN, ANY], "cert_role"),
    }
    for usage, (extended, error) in usages.items():
        v.make(usage, "root", extended=extended)
        v.case("role", f"extended key usage: {usage}", [usage], ["root"], error, roles=SIGNING_ROLES)
    v.make("web server", "root", extended=[SERVER], dns=["host.example"])
    v.case("role", "a server of TLS", ["web server"], ["root"], None, roles=("tls",))
    v.case("role", "no extended key usage, for TLS", ["direct"], ["root"], "cert_role", roles=("tls",))
    v.case("role", "clientAuth, for TLS", ["clientAuth"], ["root"], "cert_role", roles=("tls",))
    v.authority("web authority", "root", extended=[SERVER])
    v.make("under web", "web authority")
    v.case(
        "role",
        "authority between for TLS only",
        ["under web", "web authority"],
        ["root"],
        "cert_role",
        roles=SIGNING_ROLES,
    )
    v.authority("own authority", "root", extended=[OWN])
    v.make("under own", "own authority")
    v.case("role", "authority between for the project's purpose", ["under own", "own authority"], ["root"], None)
    for usage in ("key_agreement", "content_commitment", "key_cert_sign"):
        v.make(f"only {usage}", "root", usage=usage)
        v.case("role", f"key usage: {usage} alone", [f"only {usage}"], ["root"], "cert_key_usage", roles=SIGNING_ROLES)
    v.make("no usage", "root", usage=None)
    v.case("role", "no key usage", ["no usage"], ["root"], None, roles=SIGNING_ROLES)


def _authorities(v: Vectors) -> None:
    v.make("authority as leaf", "root", ca=True, usage="digital_signature")
    v.case("authority", "an authority is no leaf", ["authority as leaf"], ["root"], "cert_role")
    v.make("leaf without constraints", "root", ca=None)
    v.case("authority", "leaf without basicConstraints", ["leaf without constraints"], ["root"], None)
    v.make("under direct", "direct")
    v.case("authority", "leaf issues a leaf", ["under direct", "direct"], ["root"], "chain_untrusted")
    v.make("silent", "root", ca=None, usage="key_cert_sign")
    v.make("under silent", "silent")
    v.case("authority", "no basicConstraints", ["under silent", "silent"], ["root"], "chain_untrusted")
    v.make("not for certificates", "root", ca=True, usage="digital_signature")
    v.make("under that", "not for certificates")
    v.case("authority", "no keyCertSign", ["under that", "not for certificates"], ["root"], "chain_untrusted")
    v.authority("without usage", "root", usage=None)
    v.make("under it", "without usage")
    v.case("authority", "authority without key usage", ["under it", "without usage"], ["root"], None)
    v.make("leaf unknown", "root", more=[UNKNOWN])
    v.make("leaf unknown critical", "root", more=[(UNKNOWN, True)])
    v.case("authority", "unknown extension", ["leaf unknown"], ["root"], None)
    v.case(
        "authority", "unknown critical extension of the leaf", ["leaf unknown critical"], ["root"], "chain_untrusted"
    )
    v.authority("authority unknown critical", "root", more=[(UNKNOWN, True)])
    v.make("under unknown", "authority unknown critical")
    v.case(
        "authority",
        "unknown critical extension of an authority",
        ["under unknown", "authority unknown critical"],
        ["root"],
        "chain_untrusted",
    )


def _lengths(v: Vectors) -> None:
    v.authority("short root", None, path_length=0)
    v.make("short leaf", "short root")
    v.authority("below short", "short root")
    v.make("below leaf", "below short")
    v.case("length", "0 below the anchor, none there", ["short leaf"], ["short root"], None)
    v.case("length", "0 below the anchor, one there", ["below leaf", "below short"], ["short root"], "chain_untrusted")
    v.authority("short upper", "root", path_length=0)
    v.authority("too low", "short upper")
    v.make("short upper leaf", "short upper")
    v.make("too low leaf", "too low")
    v.case("length", "0 below an authority, none there", ["short upper leaf", "short upper"], ["root"], None)
    v.case(
        "length",
        "0 below an authority, one there",
        ["too low leaf", "too low", "short upper"],
        ["root"],
        "chain_untrusted",
    )
    v.authority("one upper", "root", path_length=1)
    v.authority("one lower", "one upper", path_length=5)
    v.authority("one lowest", "one lower")
    v.make("one leaf", "one lower")
    v.make("one lowest leaf", "one lowest")
    v.case("length", "1 below, one there", ["one leaf", "one lower", "one upper"], ["root"], None)
    v.case(
        "length",
        "a longer word further down does not help",
        ["one lowest leaf", "one lowest", "one lower", "one upper"],
        ["root"],
        "chain_untrusted",
    )


def _names(v: Vectors) -> None:
    inside, outside = x509.DNSName("in.example"), x509.DNSName("out.example")
    for kind, constraints in {
        "permitted": x509.NameConstraints([inside], None),
        "excluded": x509.NameConstraints(None, [outside]),
    }.items():
        v.authority(f"{kind} root", None, more=[(constraints, True)])
        for host, error in (("a.in.example", None), ("a.out.example", "chain_untrusted")):
            name = v.make(f"{kind} {host}", f"{kind} root", dns=[host])
            v.case("names", f"{kind}: {host}", [name], [f"{kind} root"], error, roles=("issuers", "access"))
        v.make(f"{kind} nameless", f"{kind} root")
        v.case("names", f"{kind}: no name of that kind", [f"{kind} nameless"], [f"{kind} root"], None)
    v.authority("permitted upper", "root", more=[(x509.NameConstraints([inside], None), True)])
    v.make("upper out", "permitted upper", dns=["a.out.example"])
    v.case("names", "constraint of an authority between", ["upper out", "permitted upper"], ["root"], "chain_untrusted")


def _keys(v: Vectors) -> None:
    for curve, name in ((P384, "P-384"), (P521, "P-521")):
        v.authority(f"{name} root", None, key=elliptic(f"{name} root", curve))
        v.authority(f"{name} authority", "root", key=elliptic(f"{name} authority", curve))
        v.make(f"leaf of {name} root", f"{name} root")
        v.make(f"leaf of {name} authority", f"{name} authority")
        v.case("key", f"{name} anchor", [f"leaf of {name} root"], [f"{name} root"], None)
        v.case("key", f"{name} authority between", [f"leaf of {name} authority", f"{name} authority"], ["root"], None)
        v.make(f"{name} leaf", "root", key=elliptic(f"{name} leaf", curve))
        v.case("key", f"{name} leaf: ES256 has no use for it", [f"{name} leaf"], ["root"], "x5c_invalid")
    large, small = rivest("large", 2048), rivest("small", 1024)
    v.authority("RSA root", None, key=large)
    v.authority("RSA authority", "root", key=large)
    v.make("leaf of RSA root", "RSA root")
    v.make("leaf of RSA authority", "RSA authority")
    v.case("key", "RSA anchor of 2048 bits", ["leaf of RSA root"], ["RSA root"], None)
    v.case("key", "RSA authority of 2048 bits between", ["leaf of RSA authority", "RSA authority"], ["root"], None)
    v.make("RSA leaf", "root", key=large)
    v.case("key", "RSA leaf", ["RSA leaf"], ["root"], "x5c_invalid")
    v.make("Ed25519 leaf", "root", key=edwards("leaf"))
    v.case("key", "Ed25519 leaf", ["Ed25519 leaf"], ["root"], "x5c_invalid")
    v.make("secp256k1 leaf", "root", key=elliptic("k1", ec.SECP256K1()))
    v.case("key", "leaf on secp256k1", ["secp256k1 leaf"], ["root"], "x5c_invalid")
    _weak(v, large, small)


def _weak(v: Vectors, large: rsa.RSAPrivateKey, small: rsa.RSAPrivateKey) -> None:
    v.authority("weak root", None, key=small)
    v.make("leaf of weak root", "weak root")
    v.case("weak", "RSA anchor of 1024 bits", ["leaf of weak root"], ["weak root"], "chain_untrusted")
    v.authority("weak authority", "root", key=small)
    v.make("leaf of weak authority", "weak authority")
    v.case(
        "weak",
        "RSA authority of 1024 bits between",
        ["leaf of weak authority", "weak authority"],
        ["root"],
        "chain_untrusted",
    )
    v.make("weak leaf", "root", key=small)
    v.case("weak", "RSA leaf of 1024 bits", ["weak leaf"], ["root"], "x5c_invalid")
    v.make("P-192 leaf", "root", key=elliptic("P-192", ec.SECP192R1()))
    v.case("weak", "leaf on P-192", ["P-192 leaf"], ["root"], "x5c_invalid")
    v.authority("authority of RSA root", "RSA root")
    v.make("leaf below that", "authority of RSA root")
    for name, digest, arc in OLD_HASHES:
        der = v.certificates["leaf of RSA root"].der
        v.raw(f"{name} leaf", resigned(der, large, digest, arc), "leaf of RSA root")
        v.case("weak", f"leaf signed with {name}", [f"{name} leaf"], ["RSA root"], "chain_untrusted")
        der = v.certificates["authority of RSA root"].der
        v.raw(f"{name} authority", resigned(der, large, digest, arc), "authority of RSA root")
        v.case(
            "weak",
            f"authority between signed with {name}",
            ["leaf below that", f"{name} authority"],
            ["RSA root"],
            "chain_untrusted",
        )


def _malformed(v: Vectors) -> None:
    der = v.certificates["direct"].der
    serial = der.index(b"\xa0\x03\x02\x01\x02\x02") + 7
    length = der[serial - 1]
    v.raw("negative serial", der[:serial] + bytes([der[serial] | 0x80]) + der[serial + 1 :], "direct")
    v.raw("zero serial", der[:serial] + bytes(length) + der[serial + length :], "direct")
    v.raw("trailing octet", der + b"\x00", "direct")
    v.raw("cut off", der[:-1], "direct")
    v.raw("empty", b"", "direct")
    v.raw("no certificate", b"\x30\x03\x02\x01\x00", "direct")
    v.raw("flipped bit", der[:-3] + bytes([der[-3] ^ 1]) + der[-2:], "direct")
    for name in ("negative serial", "zero serial", "trailing octet", "cut off", "empty", "no certificate"):
        v.case("malformed", name, [name], ["root"], "x5c_invalid")
    v.case("malformed", "a flipped bit in the signature", ["flipped bit"], ["root"], "chain_untrusted")
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\x30\x05\x01")
    v.make("broken names", "root", more=[broken])
    v.case("malformed", "a subjectAltName that cannot be read", ["broken names"], ["root"], "x5c_invalid")
    identifier = NameOID.ORGANIZATION_IDENTIFIER
    v.make("two identifiers", "root", attributes=[(identifier, "NTRFI-9900101-0"), (identifier, "NTRFI-9900102-9")])
    v.case("malformed", "two organization identifiers", ["two identifiers"], ["root"], "x5c_invalid")


if __name__ == "__main__":
    OUT.write_text(text(), encoding="utf-8")
