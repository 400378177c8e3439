// Other people's packages, from the folder that tests/tools.py fills (environment TODISTE_PEERS).
import { createRequire } from 'node:module'

const require = createRequire(`${process.env.TODISTE_PEERS}/`)

export const oauth2 = require('@openid4vc/oauth2')
export const openid4vci = require('@openid4vc/openid4vci')
export const openid4vp = require('@openid4vc/openid4vp')
export const sdJwtVc = require('@sd-jwt/sd-jwt-vc')
export const sdJwtCrypto = require('@sd-jwt/crypto-nodejs')
export const statusList = require('@sd-jwt/jwt-status-list')
export const dcql = require('dcql')
export const jose = require('jose')

// Loopback http is what a test has; everything else about addresses is as in earnest.
oauth2.setGlobalConfig({ allowInsecureUrls: true })

/** The one JSON object on standard input. */
export async function readInput() {
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return JSON.parse(text)
}

/** One line of JSON for whoever started this. */
export function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
