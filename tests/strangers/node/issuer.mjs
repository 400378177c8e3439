// A credential issuer made of other people's packages: OpenID4VCI 1.0, pre-authorized code, `jwt` proofs, SD-JWT VC.
//
// Settings: host, path, x5c, key (private JWK), vct, claims, frame, life; and what this issuer does its own way, each of
// it as the specification has it: `anonymous` (or a client_id is needed), `nonces` (or no nonce endpoint),
// `identifiers` (credential_identifier by authorization_details), `server` (an authorization server of its own name),
// `tls` (https with this PEM key and certificate), `signs` (x5c and key of signed metadata), `status` (a status list).
import { randomUUID } from 'node:crypto'
import { callbacks, publicOf, signJws, signText } from './crypto.mjs'
import { oauth2, openid4vci, sdJwtCrypto, sdJwtVc, statusList } from './peers.mjs'
import { json, like, serve } from './serving.mjs'

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const CONFIGURATION = 'org.example.city-library-card_sd-jwt'
const INDEX = 412
const offers = new Map()
const tokens = new Map()
const nonces = new Set()
const seen = { token: [], proof: [], notification: [], failures: [] }
let settings, origin, issuer, authorizationServer, metadata, vc

function describe() {
  const identifier = `${origin}${settings.path}`
  const server = settings.server ? `${origin}/login` : identifier
  const authorization = authorizationServer.createAuthorizationServerMetadata({
    issuer: server,
    token_endpoint: `${origin}/endpoints/token`,
    grant_types_supported: [PRE_AUTHORIZED],
    response_types_supported: ['code'],
    ...(settings.anonymous && { 'pre-authorized_grant_anonymous_access_supported': true }),
  })
  const credentialIssuer = issuer.createCredentialIssuerMetadata({
    credential_issuer: identifier,
    ...(settings.server && { authorization_servers: [`${origin}/elsewhere`, server] }),
    credential_endpoint: `${origin}/endpoints/credential?tenant=1`,
    ...(settings.nonces && { nonce_endpoint: `${origin}/endpoints/nonce` }),
    notification_endpoint: `${origin}/endpoints/notification`,
    deferred_credential_endpoint: `${origin}/endpoints/deferred`,
    batch_credential_issuance: { batch_size: 5 },
    credential_response_encryption: {
      alg_values_supported: ['ECDH-ES'],
      enc_values_supported: ['A256GCM'],
      encryption_required: false,
    },
    display: [{ name: 'City library', locale: 'en-US', logo: { uri: 'https://library.example/logo.png' } }],
    credential_configurations_supported: {
      [CONFIGURATION]: {
        format: 'dc+sd-jwt',
        vct: settings.vct,
        scope: 'library_card',
        cryptographic_binding_methods_supported: ['did:jwk', 'jwk'],
        credential_signing_alg_values_supported: ['ES256', 'EdDSA'],
        proof_types_supported: {
          jwt: { proof_signing_alg_values_supported: ['ES256', 'ES384'] },
          attestation: { proof_signing_alg_values_supported: ['ES256'], key_attestations_required: {} },
        },
        credential_metadata: {
          display: [{ name: 'Library card', locale: 'en', background_color: '#12107c', logo: { uri: 'data:image/png;base64,iVBORw0KGgo=' } }],
          claims: settings.announced.map((path) => ({ path, display: [{ name: path.join(' '), locale: 'en' }] })),
        },
      },
      mdoc_card: {
        format: 'mso_mdoc',
        doctype: 'org.example.card',
        cryptographic_binding_methods_supported: ['cose_key'],
        credential_signing_alg_values_supported: [-7, -9],
        proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
      },
      unbound: { format: 'jwt_vc_json', credential_definition: { type: ['VerifiableCredential'] } },
    },
  })
  return { credentialIssuer, authorization }
}

function start(given, port) {
  settings = given
  origin = `${settings.tls ? 'https' : 'http'}://${settings.host}:${port}`
  const own = callbacks({ keys: [settings.key, ...(settings.signs ? [settings.signs.key] : [])] })
  issuer = new openid4vci.Openid4vciIssuer({ callbacks: own })
  authorizationServer = new oauth2.Oauth2AuthorizationServer({ callbacks: own })
  const { credentialIssuer, authorization } = describe()
  metadata = {
    originalDraftVersion: 'V1',
    credentialIssuer,
    authorizationServers: [authorization],
    knownCredentialConfigurations: issuer.getKnownCredentialConfigurationsSupported(credentialIssuer),
  }
  vc = new sdJwtVc.SDJwtVcInstance({
    hasher: sdJwtCrypto.digest,
    hashAlg: 'sha-256',
    saltGenerator: sdJwtCrypto.generateSalt,
    signAlg: 'ES256',
    signer: (text) => signText(text, settings.key),
  })
  return { credential_issuer: credentialIssuer.credential_issuer }
}

async function offer({ by, tx_code: txCode }) {
  const id = randomUUID()
  const code = `pre.${id}`
  const { credentialOffer, credentialOfferObject } = await issuer.createCredentialOffer({
    issuerMetadata: metadata,
    credentialConfigurationIds: [CONFIGURATION],
    grants: {
      [PRE_AUTHORIZED]: {
        'pre-authorized_code': code,
        ...(txCode && { tx_code: { input_mode: 'text', length: txCode.length, description: 'By letter' } }),
        ...(settings.server && { authorization_server: `${origin}/login` }),
      },
      // For wallets that would rather do that; one way is enough.
      authorization_code: { issuer_state: id, ...(settings.server && { authorization_server: `${origin}/login` }) },
    },
    ...(by === 'reference' && { credentialOfferUri: `${origin}/offers/${id}` }),
  })
  offers.set(code, { id, txCode, object: credentialOfferObject })
  return { link: credentialOffer }
}

async function token(request, body) {
  const form = Object.fromEntries(new URLSearchParams(body))
  seen.token.push({ ...form, type: request.headers['content-type'] })
  const { accessTokenRequest, grant } = authorizationServer.parseAccessTokenRequest({
    request: like(request, origin),
    accessTokenRequest: form,
  })
  // OpenID4VCI 1.0 §6.3.
  if (!settings.anonymous && !form.client_id) return json({ error: 'invalid_client' }, 401)
  const found = offers.get(grant.preAuthorizedCode)
  if (!found) return json({ error: 'invalid_grant' }, 400)
  await authorizationServer.verifyPreAuthorizedCodeAccessTokenRequest({
    authorizationServerMetadata: metadata.authorizationServers[0],
    grant,
    accessTokenRequest,
    request: like(request, origin),
    expectedPreAuthorizedCode: grant.preAuthorizedCode,
    expectedTxCode: found.txCode ?? undefined,
  })
  offers.delete(grant.preAuthorizedCode)
  const response = await authorizationServer.createAccessTokenResponse({
    authorizationServer: metadata.authorizationServers[0].issuer,
    audience: metadata.credentialIssuer.credential_issuer,
    signer: { method: 'jwk', alg: 'ES256', publicJwk: publicOf(settings.key) },
    subject: grant.preAuthorizedCode,
    expiresInSeconds: 300,
    additionalAccessTokenResponsePayload: settings.identifiers && {
      // RFC 6749 §7.1: in any letter case.
      token_type: 'bearer',
      authorization_details: [
        {
          type: 'openid_credential',
          credential_configuration_id: CONFIGURATION,
          credential_identifiers: ['card-of-2026'],
        },
      ],
    },
  })
  tokens.set(response.access_token, form.client_id)
  return json(response)
}

function authorized(request) {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ')
  return scheme.toLowerCase() === 'bearer' && tokens.has(value)
}

async function credential(request, body) {
  if (!authorized(request)) return json({ error: 'invalid_token' }, 401)
  const parsed = issuer.parseCredentialRequest({ issuerMetadata: metadata, credentialRequest: JSON.parse(body) })
  const expected = settings.identifiers ? 'card-of-2026' : undefined
  if (parsed.credentialIdentifier !== expected) return json({ error: 'unknown_credential_identifier' }, 400)
  const [proof] = parsed.proofs.jwt
  const { nonce } = JSON.parse(Buffer.from(proof.split('.')[1], 'base64url'))
  seen.proof.push(proof.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url'))))
  if (settings.nonces && !nonces.delete(nonce)) return json({ error: 'invalid_nonce' }, 400)
  const { signer } = await issuer.verifyCredentialRequestJwtProof({
    issuerMetadata: metadata,
    jwt: proof,
    expectedNonce: settings.nonces ? nonce : undefined,
  })
  const now = Math.floor(Date.now() / 1000)
  const text = await vc.issue(
    {
      iss: metadata.credentialIssuer.credential_issuer,
      sub: 'urn:example:reader:7',
      jti: randomUUID(),
      iat: now,
      exp: now + settings.life,
      vct: settings.vct,
      cnf: { jwk: { ...publicOf(signer.publicJwk), use: 'sig' } },
      ...(settings.status && { status: { status_list: { idx: INDEX, uri: `${origin}/status/7` } } }),
      ...settings.claims,
    },
    settings.frame,
    { header: { x5c: settings.x5c, kid: 'library-2026' } }
  )
  return json(
    issuer.createCredentialResponse({ credentialRequest: parsed, credentials: [{ credential: text }], notificationId: 'n-1' })
  )
}

/** 1 bit a credential, without `exp` and `ttl`, signed by the key of the credentials. */
function statusToken() {
  const bits = Array.from({ length: 1000 }, (_, index) => (index === INDEX && settings.status === 'revoked' ? 1 : 0))
  const { header, payload } = statusList.createHeaderAndPayload(
    new statusList.StatusList(bits, 1),
    { iss: origin, sub: `${origin}/status/7`, iat: Math.floor(Date.now() / 1000) },
    { alg: 'ES256', typ: 'statuslist+jwt', x5c: settings.x5c }
  )
  return { status: 200, type: 'application/statuslist+jwt', body: signJws(header, payload, settings.key) }
}

/** The metadata, signed for whoever asks for that. */
async function issuerMetadata(request) {
  if (!settings.signs || !request.headers.accept?.includes('application/jwt')) return json(metadata.credentialIssuer)
  const body = await issuer.createSignedCredentialIssuerMetadataJwt({
    credentialIssuerMetadata: metadata.credentialIssuer,
    signer: { method: 'x5c', x5c: settings.signs.x5c, alg: 'ES256' },
    issuedAt: new Date(),
    expiresAt: new Date(Date.now() + 60_000),
    issuer: origin,
  })
  return { status: 200, type: 'application/jwt', body }
}

const routes = {
  'GET /status/7': statusToken,
  'POST /endpoints/token': token,
  'POST /endpoints/nonce': () => {
    const cNonce = randomUUID()
    nonces.add(cNonce)
    return json(issuer.createNonceResponse({ cNonce }))
  },
  'POST /endpoints/credential?tenant=1': credential,
  'POST /endpoints/notification': (request, body) => {
    if (!authorized(request)) return json({ error: 'invalid_token' }, 401)
    seen.notification.push(JSON.parse(body))
    return { status: 204 }
  },
}

function handle(request, body) {
  const { credentialIssuer, authorizationServers } = metadata
  const at = `${request.method} ${request.url}`
  const wellKnown = (name, identifier) => `GET /.well-known/${name}${identifier.slice(origin.length)}`
  if (at === wellKnown('openid-credential-issuer', credentialIssuer.credential_issuer)) return issuerMetadata(request)
  // RFC 8414 §3.1: a terminating slash is removed.
  const server = authorizationServers[0].issuer.replace(/\/$/, '')
  if (at === wellKnown('oauth-authorization-server', server)) return json(authorizationServers[0])
  const found = [...offers.values()].find(({ id }) => at === `GET /offers/${id}`)
  if (found) return json(found.object)
  return routes[at]?.(request, body)
}

serve({
  start,
  handle: async (request, body) => {
    try {
      return await handle(request, body)
    } catch (error) {
      seen.failures.push(`${request.url} ${error} ${error.cause ?? ''}`)
      throw error
    }
  },
  commands: { offer, seen: () => seen },
})
