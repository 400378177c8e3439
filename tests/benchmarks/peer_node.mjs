// `@sd-jwt/sd-jwt-vc` with its own crypto package: runs an operation a number of times, says what CPU time it took.
// It asks for these two packages alone: others beside them need a newer Node than the one of the promises.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(`${process.env.TODISTE_PEERS}/`)
const { digest, ES256, generateSalt } = require('@sd-jwt/crypto-nodejs')
const { SDJwtVcInstance } = require('@sd-jwt/sd-jwt-vc')
let operations

async function prepare({ issuer, holder, x5c, vct, claims, shown, nonce, audience, now }) {
  const { d: _issuerSecret, ...issuerPublic } = issuer
  const { d: _holderSecret, ...holderPublic } = holder
  const instance = new SDJwtVcInstance({
    signer: await ES256.getSigner(issuer),
    verifier: await ES256.getVerifier(issuerPublic),
    kbSigner: await ES256.getSigner(holder),
    // Whose key it is, the credential says: as on our side, it is read from each presentation.
    kbVerifier: async (data, signature, { cnf }) => (await ES256.getVerifier(cnf.jwk))(data, signature),
    signAlg: 'ES256',
    kbSignAlg: 'ES256',
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
  })
  const payload = { iss: 'https://issuer.example', vct, nbf: now - 3600, exp: now + 10 ** 8, cnf: { jwk: holderPublic }, ...claims }
  const frame = { _sd: Object.keys(claims) }
  const issue = () => instance.issue(payload, frame, { header: { x5c } })
  const text = await issue()
  const wanted = Object.fromEntries(shown.map((name) => [name, true]))
  const bound = { payload: { iat: now, aud: audience, nonce } }
  const present = () => instance.present(text, wanted, { kb: bound })
  const presentation = await present()
  const verify = () => instance.verify(presentation, { currentDate: now, keyBindingNonce: nonce })
  await verify()
  operations = { issue, 'present (from text)': present, verify }
}

async function run({ operation, count }) {
  const started = process.cpuUsage()
  for (let done = 0; done < count; done += 1) await operations[operation]()
  const { user, system } = process.cpuUsage(started)
  return { seconds: (user + system) / 1e6 }
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  const answer = operations === undefined ? ((await prepare(command)), {}) : await run(command)
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
