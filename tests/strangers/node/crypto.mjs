// Keys, signatures, certificates and encryption for the packages, which bring none of their own.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { jose } from './peers.mjs'

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const publicOf = ({ kty, crv, x, y }) => ({ kty, crv, x, y })

export async function newKey() {
  const { privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  return jose.exportJWK(privateKey)
}

export function signJws(header, payload, privateJwk) {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${signText(input, privateJwk)}`
}

export function signText(text, privateJwk) {
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

export function holds(text, signature, publicJwk) {
  const key = createPublicKey({ key: publicJwk, format: 'jwk' })
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
}

/** The leaf's key, once its chain leads to one of the PEM anchors; throws otherwise. */
export function keyOfChain(x5c, anchors) {
  const chain = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')))
  const roots = anchors.map((pem) => new X509Certificate(pem))
  chain.forEach((certificate, index) => {
    const above = chain[index + 1] ?? roots.find((root) => certificate.checkIssued(root))
    if (!above || !certificate.checkIssued(above) || !certificate.verify(above.publicKey)) throw new Error('chain')
    const now = new Date()
    if (now < certificate.validFromDate || now > certificate.validToDate) throw new Error('certificate period')
  })
  return publicOf(chain[0].publicKey.export({ format: 'jwk' }))
}

export const sha256 = (data) => createHash('sha256').update(data).digest()

/** What the packages ask for. `keys` are private JWKs by thumbprint, `anchors` PEM roots that x5c chains end at. */
export function callbacks({ keys = [], anchors = [], fetch = globalThis.fetch, clientAuthentication } = {}) {
  const privateKey = (jwk) => {
    const found = keys.find((key) => key.x === jwk.x && key.y === jwk.y)
    if (!found) throw new Error('no private key for this')
    return found
  }
  const keyOf = (signer) => (signer.method === 'x5c' ? keyOfChain(signer.x5c, anchors) : publicOf(signer.publicJwk))
  return {
    fetch,
    clientAuthentication,
    hash: (data, algorithm) => new Uint8Array(createHash(algorithm.replace('-', '')).update(data).digest()),
    generateRandom: (length) => new Uint8Array(randomBytes(length)),
    signJwt: (signer, { header, payload }) => {
      const leaf = (der) => publicOf(new X509Certificate(Buffer.from(der, 'base64')).publicKey.export({ format: 'jwk' }))
      const jwk = signer.method === 'x5c' ? leaf(signer.x5c[0]) : publicOf(signer.publicJwk)
      return { jwt: signJws(header, payload, privateKey(jwk)), signerJwk: jwk }
    },
    verifyJwt: (signer, { compact }) => {
      const jwk = keyOf(signer)
      const [header, payload, signature] = compact.split('.')
      return holds(`${header}.${payload}`, signature, jwk) ? { verified: true, signerJwk: jwk } : { verified: false }
    },
    encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, text) => {
      const jwe = new jose.CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({
        alg,
        enc,
        kid: publicJwk.kid,
      })
      if (apu !== undefined || apv !== undefined) {
        jwe.setKeyManagementParameters({
          apu: apu && new Uint8Array(Buffer.from(apu, 'base64url')),
          apv: apv && new Uint8Array(Buffer.from(apv, 'base64url')),
        })
      }
      return { encryptionJwk: publicJwk, jwe: await jwe.encrypt(await jose.importJWK(publicJwk, alg)) }
    },
    decryptJwe: async (jwe, { jwk } = {}) => {
      const { plaintext } = await jose.compactDecrypt(jwe, await jose.importJWK(privateKey(jwk), 'ECDH-ES'))
      return { decrypted: true, decryptionJwk: jwk, payload: new TextDecoder().decode(plaintext) }
    },
    getX509CertificateMetadata: (der) => {
      const names = new X509Certificate(Buffer.from(der, 'base64')).subjectAltName?.split(', ') ?? []
      const of = (kind) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
      return { sanDnsNames: of('DNS:'), sanUriNames: of('URI:') }
    },
  }
}
