// `@sd-jwt/sd-jwt-vc` as a process of its own: jobs as JSON on standard input, their results on standard output.
import { holds, signText } from '../strangers/node/crypto.mjs'
import { readInput, say, sdJwtCrypto, sdJwtVc } from '../strangers/node/peers.mjs'

const instance = ({ key, issuer }) =>
  new sdJwtVc.SDJwtVcInstance({
    hasher: sdJwtCrypto.digest,
    hashAlg: 'sha-256',
    saltGenerator: sdJwtCrypto.generateSalt,
    signAlg: 'ES256',
    signer: (text) => signText(text, key),
    kbSignAlg: 'ES256',
    kbSigner: (text) => signText(text, key),
    verifier: (text, signature) => holds(text, signature, issuer),
    kbVerifier: (text, signature, payload) => holds(text, signature, payload.cnf.jwk),
  })

const jobs = {
  issue: ({ claims, frame, header, ...keys }) => instance(keys).issue(claims, frame ?? undefined, { header }),
  present: ({ text, frame, now, nonce, audience, ...keys }) =>
    instance(keys).present(text, frame, { kb: { payload: { iat: now, aud: audience, nonce } } }),
  verify: async ({ text, nonce, now, skew, ...keys }) => {
    const options = { currentDate: now, skewSeconds: skew, ...(nonce && { keyBindingNonce: nonce }) }
    const { payload } = await instance(keys).verify(text, options)
    return payload
  },
}

const results = []
for (const job of (await readInput()).jobs) {
  try {
    results.push({ value: await jobs[job.do](job) })
  } catch (error) {
    results.push({ refused: String(error).slice(0, 200) })
  }
}
say({ results })
