// `dcql` as a process of its own: queries as JSON on standard input, what it finds on standard output.
import { dcql, readInput, say } from '../strangers/node/peers.mjs'

function read(query) {
  const parsed = dcql.DcqlQuery.parse(query)
  dcql.DcqlQuery.validate(parsed)
  return parsed
}

/** For each query id, which of the credentials match, and for each the claim indexes of the first option it meets. */
function answer({ query, credentials }) {
  const parsed = read(query)
  const result = dcql.DcqlQuery.query(parsed, credentials)
  const matches = Object.entries(result.credential_matches).map(([id, { valid_credentials: valid = [] }]) => [
    id,
    valid.map(({ input_credential_index: index, claims }) => [index, claims.valid_claim_sets[0].valid_claim_indexes ?? []]),
  ])
  return { satisfied: Boolean(result.can_be_satisfied), matches: Object.fromEntries(matches) }
}

function check({ query, presented }) {
  const result = dcql.DcqlPresentationResult.fromDcqlPresentation(presented, { dcqlQuery: read(query) })
  return { satisfied: Boolean(result.can_be_satisfied) }
}

const jobs = { parse: ({ query }) => Boolean(read(query)), answer, check }
const results = []
for (const job of (await readInput()).jobs) {
  try {
    results.push({ value: jobs[job.do](job) })
  } catch (error) {
    results.push({ refused: String(error).slice(0, 200) })
  }
}
say({ results })
