// A verifier made of other people's packages: OpenID4VP 1.0, signed request by reference, direct_post.jwt, DCQL.
//
// Settings: host, x5c, key (private JWK), anchors (PEM roots of issuers), query (DCQL). There is no registration
// certificate: this verifier has never heard of any.
import { randomUUID } from 'node:crypto'
import { callbacks, holds, keyOfChain, newKey, publicOf, sha256 } from './crypto.mjs'
import { dcql, openid4vp, sdJwtCrypto, sdJwtVc } from './peers.mjs'
import { json, serve } from './serving.mjs'

const requests = new Map()
const seen = { fetched: [], answers: [], failures: [] }
let settings, origin

/** A new request. `redirect_uri` is for the answer, `enc` what can be decrypted, `aud` where it isn't the package's. */
async function request({ method, prefix, enc, aud, redirect_uri: redirectUri }) {
  const id = randomUUID()
  const encryptionKey = { ...(await newKey()), kid: `enc ${id.slice(0, 4)}`, use: 'enc', alg: 'ECDH-ES' }
  const dns = prefix === 'x509_san_dns'
  const leaf = Buffer.from(settings.x5c[0], 'base64')
  const payload = {
    response_type: 'vp_token',
    response_mode: 'direct_post.jwt',
    client_id: dns ? `x509_san_dns:${settings.host}` : `x509_hash:${sha256(leaf).toString('base64url')}`,
    response_uri: `${origin}/answers/${id}`,
    nonce: randomUUID(),
    state: randomUUID(),
    dcql_query: settings.query,
    client_metadata: {
      jwks: {
        keys: [
          { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo', kid: 'other', use: 'enc', alg: 'ECDH-ES' },
          { ...publicOf(encryptionKey), kid: encryptionKey.kid, use: 'enc', alg: 'ECDH-ES' },
        ],
      },
      ...(enc && { encrypted_response_enc_values_supported: enc }),
      vp_formats_supported: {
        'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256', 'ES384'], 'kb-jwt_alg_values': ['ES256'] },
        mso_mdoc: { issuerauth_alg_values: [-7], deviceauth_alg_values: [-7] },
      },
      client_name: 'Swimming hall',
      logo_uri: 'https://hall.example/logo.png',
    },
  }
  const keys = [settings.key, encryptionKey]
  const verifier = new openid4vp.Openid4vpVerifier({ callbacks: callbacks({ keys }) })
  const create = (walletNonce) =>
    verifier.createOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: { ...payload, ...(walletNonce && { wallet_nonce: walletNonce }) },
      jar: {
        requestUri: `${origin}/requests/${id}`,
        expiresInSeconds: 300,
        jwtSigner: { method: 'x5c', x5c: settings.x5c, alg: 'ES256' },
        additionalJwtPayload: { ...(aud && { aud }), iss: payload.client_id, nbf: Math.floor(Date.now() / 1000) },
      },
      // The package would hold the nonce against one of its own.
      wallet: { expectedNonce: walletNonce },
    })
  requests.set(id, { payload, create, verifier, keys, redirectUri })
  const { authorizationRequest: link } = await create()
  return { link: method ? `${link}&request_uri_method=${method}` : link }
}

/** What one presentation proves, by @sd-jwt/sd-jwt-vc. */
async function verifyPresentation(text, { nonce, client_id: audience }) {
  const vc = new sdJwtVc.SDJwtVcInstance({
    hasher: sdJwtCrypto.digest,
    hashAlg: 'sha-256',
    verifier: (input, signature) => {
      const { x5c } = JSON.parse(Buffer.from(input.split('.')[0], 'base64url'))
      return holds(input, signature, keyOfChain(x5c, settings.anchors))
    },
    statusVerifier: (input, signature) => {
      const { x5c } = JSON.parse(Buffer.from(input.split('.')[0], 'base64url'))
      return holds(input, signature, keyOfChain(x5c, settings.status ?? []))
    },
    kbVerifier: (input, signature, payload) => holds(input, signature, payload.cnf.jwk),
  })
  const { payload, kb } = await vc.verify(text, { keyBindingNonce: nonce })
  if (kb.payload.aud !== audience || kb.payload.nonce !== nonce) throw new Error('key binding')
  if (Math.abs(Date.now() / 1000 - kb.payload.iat) > 60) throw new Error('iat of the key binding')
  return payload
}

async function answer(id, body) {
  const { payload, verifier, keys, redirectUri } = requests.get(id)
  const form = Object.fromEntries(new URLSearchParams(body))
  if (form.error) {
    seen.answers.push({ error: form.error, state: form.state === payload.state, parameters: Object.keys(form) })
    return json({})
  }
  const parsed = await verifier.parseOpenid4vpAuthorizationResponse({
    authorizationResponse: form,
    authorizationRequestPayload: payload,
    callbacks: callbacks({ keys }),
  })
  const claims = {}
  for (const [queryId, [text]] of Object.entries(parsed.dcql.presentations)) {
    claims[queryId] = await verifyPresentation(text, payload)
  }
  const query = dcql.DcqlQuery.parse(settings.query)
  const result = dcql.DcqlPresentationResult.fromDcqlPresentation(
    Object.fromEntries(
      Object.entries(claims).map(([queryId, value]) => [
        queryId,
        [{ credential_format: 'dc+sd-jwt', vct: value.vct, claims: value, cryptographic_holder_binding: true }],
      ])
    ),
    { dcqlQuery: query }
  )
  const header = JSON.parse(Buffer.from(form.response.split('.')[0], 'base64url'))
  seen.answers.push({ claims, satisfied: result.can_be_satisfied, enc: header.enc })
  return json(redirectUri ? { redirect_uri: redirectUri } : {})
}

async function fetched(id, incoming, body) {
  const form = Object.fromEntries(new URLSearchParams(body))
  seen.fetched.push({ method: incoming.method, accept: incoming.headers.accept, ...form })
  const { jar } = await requests.get(id).create(form.wallet_nonce)
  return { status: 200, type: 'application/oauth-authz-req+jwt', body: jar.authorizationRequestJwt }
}

serve({
  start: (given, port) => {
    settings = given
    origin = `http://${settings.host}:${port}`
    return { origin }
  },
  handle: async (incoming, body) => {
    const [, place, id] = incoming.url.split('/')
    if (!requests.has(id)) return undefined
    try {
      return await (place === 'requests' ? fetched(id, incoming, body) : answer(id, body))
    } catch (error) {
      seen.failures.push(`${error} ${error.cause ?? ''}`)
      throw error
    }
  },
  commands: { request, seen: () => seen },
})
