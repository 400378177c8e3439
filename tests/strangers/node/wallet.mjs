// A wallet made of other people's packages. One command on standard input, one answer on standard output.
//
// receive: OpenID4VCI 1.0 with a pre-authorized code; the credential is verified with @sd-jwt/sd-jwt-vc.
// present: OpenID4VP 1.0 with a signed request by reference, DCQL by `dcql`, and direct_post.jwt.
import { callbacks, holds, keyOfChain, newKey, publicOf, sha256, signJws, signText } from './crypto.mjs'
import { dcql, oauth2, openid4vci, openid4vp, readInput, say, sdJwtCrypto, sdJwtVc } from './peers.mjs'

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

/** An instance that knows one credential's keys: the issuer's by x5c, its status list's by x5c, the holder's by cnf. */
function instance(credential, { issuers, status, types, key, seen = {} }) {
  const verifierFor = (anchors) => (text, signature) => {
    const { x5c } = JSON.parse(Buffer.from(text.split('.')[0], 'base64url'))
    return holds(text, signature, keyOfChain(x5c, anchors))
  }
  return new sdJwtVc.SDJwtVcInstance({
    hasher: sdJwtCrypto.digest,
    hashAlg: 'sha-256',
    saltGenerator: sdJwtCrypto.generateSalt,
    verifier: verifierFor(issuers),
    statusVerifier: verifierFor(status),
    statusValidator: (value) => {
      seen.status = value
    },
    loadTypeMetadataFormat: types !== undefined,
    // The package compares integrity as hex; it is base64 (W3C SRI §3.5), so bytes are compared here.
    vctFetcher: async (vct, integrity) => {
      const prefix = Object.keys(types).find((name) => vct.startsWith(name))
      const answer = await fetch(types[prefix] + vct.slice(prefix.length))
      const raw = Buffer.from(await answer.arrayBuffer())
      if (integrity !== `sha256-${sha256(raw).toString('base64')}`) throw new Error('integrity of the type metadata')
      return JSON.parse(raw)
    },
    kbSignAlg: 'ES256',
    kbSigner: key && ((text) => signText(text, key)),
  })
}

/** The issuer's metadata; the signed form is asked for by name, as a wallet that can check it does. */
async function metadataOf(client, credentialIssuer, { access, form }, callbacksOfWallet) {
  if (form !== 'signed') return client.resolveIssuerMetadata(credentialIssuer)
  const asking = (url, init) =>
    fetch(url, {
      ...init,
      headers: url.includes('/.well-known/openid-credential-issuer') ? { Accept: 'application/jwt' } : init?.headers,
    })
  return new openid4vci.Openid4vciClient({
    callbacks: { ...callbacksOfWallet, ...callbacks({ anchors: access, fetch: asking }) },
  }).resolveIssuerMetadata(credentialIssuer)
}

async function receive({ offer: link, tx_code: txCode, form, anchors, types, event }) {
  const key = await newKey()
  const own = callbacks({ keys: [key], clientAuthentication: oauth2.clientAuthenticationAnonymous() })
  // Without `verifyJwt` the package asks for plain metadata alone.
  const { verifyJwt: _, ...plain } = own
  const client = new openid4vci.Openid4vciClient({ callbacks: plain })
  const offer = await client.resolveCredentialOffer(link)
  const issuerMetadata = await metadataOf(client, offer.credential_issuer, { access: anchors.access, form }, own)
  const [server] = issuerMetadata.authorizationServers
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer: offer,
    issuerMetadata,
    txCode,
  })
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const [credentialConfigurationId] = offer.credential_configuration_ids
  const signer = { method: 'jwk', publicJwk: publicOf(key), alg: 'ES256' }
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId,
    signer,
    nonce,
    issuedAt: new Date(),
  })
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    proofs: { jwt: [jwt] },
    accessToken: accessTokenResponse.access_token,
  })
  const [{ credential }] = credentialResponse.credentials
  const seen = {}
  const verified = await instance(credential, { ...anchors, types, seen }).verify(credential)
  const { response } = await client.sendNotification({
    issuerMetadata,
    notification: { notificationId: credentialResponse.notification_id, event: event ?? 'credential_accepted' },
    accessToken: accessTokenResponse.access_token,
  })
  return {
    credential,
    key,
    signed: issuerMetadata.signedCredentialIssuer !== undefined,
    tx_code: offer.grants[PRE_AUTHORIZED].tx_code,
    grants: server.grant_types_supported,
    configuration: issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId],
    known: Object.keys(issuerMetadata.knownCredentialConfigurations),
    payload: verified.payload,
    status: seen.status,
    type: verified.typeMetadata?.mergedTypeMetadata,
    notified: response.status,
  }
}

/** The request, fetched by the method that the link names; a POST carries one wallet_nonce, which has to come back. */
async function understand(link, { anchors, method }) {
  const walletNonce = Buffer.from(sha256(link)).toString('base64url')
  const posting = (url, init) => {
    if (init?.method !== 'post') return fetch(url, init)
    // The package spreads its metadata over the form; OpenID4VP §5.10 has it in one parameter.
    const metadata = { vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'] } } }
    const body = new URLSearchParams({ wallet_metadata: JSON.stringify(metadata), wallet_nonce: walletNonce })
    return fetch(url, { ...init, body: body.toString() })
  }
  const client = new openid4vp.Openid4vpClient({ callbacks: callbacks({ anchors: anchors.access, fetch: posting }) })
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link })
  const named = params.request_uri_method
  if (method === 'get') delete params.request_uri_method
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params,
    responseMode: { type: 'direct_post' },
    wallet: method === 'post' ? { expectedNonce: walletNonce } : {},
  })
  const request = resolved.authorizationRequestPayload
  return { client, request, resolved, named }
}

/** For each query to be answered: which credential, and the names to disclose. */
function choose(query, credentials, everything) {
  const parsed = dcql.DcqlQuery.parse(query)
  dcql.DcqlQuery.validate(parsed)
  const result = dcql.DcqlQuery.query(
    parsed,
    credentials.map(({ payload }) => ({
      credential_format: 'dc+sd-jwt',
      vct: payload.vct,
      claims: payload,
      cryptographic_holder_binding: true,
    }))
  )
  if (!result.can_be_satisfied) throw new Error('the query cannot be satisfied')
  const ids = result.credential_sets
    ? result.credential_sets.filter((set) => set.matching_options).flatMap((set) => set.matching_options[0])
    : parsed.credentials.map(({ id }) => id)
  return ids.map((id) => {
    const [match] = result.credential_matches[id].valid_credentials
    const { claims } = parsed.credentials.find((credential) => credential.id === id)
    const indexes = match.claims.valid_claim_sets[0].valid_claim_indexes ?? []
    const names = everything
      ? Object.keys(credentials[match.input_credential_index].payload)
      : indexes.map((index) => claims[index].path[0])
    return { id, index: match.input_credential_index, names }
  })
}

async function present({ link, method, enc, credentials, everything, anchors }) {
  const { client, request, resolved, named } = await understand(link, { anchors, method })
  const opened = await Promise.all(
    credentials.map(async ({ credential, key }) => {
      const held = instance(credential, { ...anchors, key })
      return { credential, held, payload: await held.getClaims(credential) }
    })
  )
  const choices = choose(resolved.dcql.query, opened, everything)
  const vpToken = {}
  for (const { id, index, names } of choices) {
    const frame = Object.fromEntries(names.map((name) => [name, true]))
    const payload = { iat: Math.floor(Date.now() / 1000), aud: request.client_id, nonce: request.nonce }
    vpToken[id] = [await opened[index].held.present(opened[index].credential, frame, { kb: { payload } })]
  }
  const response = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: vpToken },
    jarm: {
      encryption: { nonce: 'apu of the wallet' },
      serverMetadata: {
        authorization_signing_alg_values_supported: [],
        authorization_encryption_alg_values_supported: ['ECDH-ES'],
        authorization_encryption_enc_values_supported: [enc],
      },
    },
  })
  const { response: answer } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: response.authorizationResponsePayload,
    jarm: response.jarm,
  })
  return {
    named,
    client: resolved.client.prefix,
    typ: resolved.jar.jwt.header.typ,
    disclosed: Object.fromEntries(choices.map(({ id, names }) => [id, names])),
    status: answer.status,
    body: await answer.json(),
  }
}

const input = await readInput()
try {
  say(await { receive, present }[input.do](input))
} catch (error) {
  say({ failure: String(error), because: String(error.cause ?? ''), stack: error.stack })
  process.exitCode = 1
}
