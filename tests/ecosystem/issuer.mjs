// An OpenID Connect issuer for the tests: a real one (npm `oidc-provider`) that gives tokens to programs, and lets readers in.
//
//   tests/ecosystem/issuer '{ "clients": [{ "id": "desk", "secret": "s", "claims": { "roles": ["SUPPORT"] } }] }'
//
// The argument, all but `clients` optional:
//   port        where to listen on 127.0.0.1; 0, the default, takes any free one
//   algorithm   how tokens are signed: RS256 (default), ES256 or EdDSA
//   audience    for whom tokens are; "ballroom" by default
//   scopes      the scopes that may be asked for, separated by spaces
//   lifetime    how long a token is valid, in seconds; 300 by default
//   clients     who gets tokens: id, secret, claims (added to each of its tokens as they are), and where they differ
//               audience and lifetime. A request may name another audience by `resource`, which must be a URI.
//               A client with a redirect URI (`redirect`) is one by which readers sign in: whoever comes is `reader`, an
//               object of claims with `sub`, without being asked; with no `reader` nobody is let in.
//
// Each line that it prints is a JSON object. The first one comes when it is ready:
//   { "event": "ready", "issuer", "token_endpoint", "jwks_uri", "kids", "pid" }
// Tokens are JWTs and come by the client credentials grant:
//   curl -u desk:s -d grant_type=client_credentials <token_endpoint>
//
// SIGUSR2 rotates the keys: the first one publishes a new key and signs by it, and the old one stays published; the
// second one takes the old one away; and so on. It prints { "event": "rotated", "kids": [the one that signs, ...] }.

import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider, errors } from 'oidc-provider'

// What the library says goes where it does not disturb who reads the lines.
console.info = console.warn = console.error

/** What a request that names no resource is for. */
const DEFAULT_RESOURCE = 'urn:ballroom'

const KEYS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

const {
  port = 0,
  algorithm = 'RS256',
  audience = 'ballroom',
  scopes = '',
  lifetime = 300,
  clients,
} = JSON.parse(process.argv[2])

if (!KEYS[algorithm]) throw new Error(`algorithm must be one of ${Object.keys(KEYS).join(', ')}`)
if (!Array.isArray(clients)) throw new Error('clients must be a list')

/** Readers who were let in, by `sub`. */
const readers = new Map()

/** The keys that are published; the first one signs. */
let keys = [newKey()]
let answer

const server = createServer((request, response) => answer(request, response))
await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
answer = provider()
say({
  event: 'ready',
  issuer,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  kids: keys.map(({ kid }) => kid),
  pid: process.pid,
})

process.on('SIGUSR2', () => {
  keys = keys.length === 1 ? [newKey(), ...keys] : keys.slice(0, 1)
  answer = provider()
  say({ event: 'rotated', kids: keys.map(({ kid }) => kid) })
})
process.on('SIGTERM', () => process.exit(0))

/** The issuer with the present keys: the library takes them once, so that new keys mean a new one. */
function provider() {
  const made = new Provider(issuer, {
    jwks: { keys },
    clients: clients.map(({ id, secret, redirect }) => ({
      client_id: id,
      client_secret: secret,
      ...(redirect
        ? { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [redirect] }
        : { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }),
      // Whose key signs an id token is said of every client, though none of them gets one.
      id_token_signed_response_alg: algorithm,
    })),
    scopes: ['openid', 'profile', 'email', ...scopes.split(' ').filter(Boolean)],
    // What is known of a reader stands in the ID token, as with issuers that are told to.
    claims: { openid: ['sub', 'roles'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => readers.get(id) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => DEFAULT_RESOURCE,
        getResourceServerInfo: resourceServer,
      },
    },
    extraTokenClaims: (_, token) => knows(token.clientId).claims,
  })
  const callback = made.callback()
  return (request, response) => (request.url.startsWith('/interaction/') ? lets(made, request, response) : callback(request, response))
}

/** Lets the reader in and agrees to all that is asked for, as a person would by two forms. */
async function lets(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
  const { reader } = knows(params.client_id)
  if (!reader) {
    return provider.interactionFinished(request, response, { error: 'access_denied' }, { mergeWithLastSubmission: false })
  }
  readers.set(reader.sub, reader)
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: reader.sub } }, { mergeWithLastSubmission: false })
  }
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '))
  for (const [resource, asked] of Object.entries(prompt.details.missingResourceScopes ?? {})) grant.addResourceScope(resource, asked.join(' '))
  const consent = { consent: { grantId: await grant.save() } }
  return provider.interactionFinished(request, response, consent, { mergeWithLastSubmission: true })
}

/** For whom a token is and how it is made. */
function resourceServer(_, resource, { clientId }) {
  const client = knows(clientId)
  return {
    audience: resource === DEFAULT_RESOURCE ? (client.audience ?? audience) : resource,
    scope: scopes,
    accessTokenTTL: client.lifetime ?? lifetime,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: algorithm, kid: keys[0].kid } },
  }
}

function knows(id) {
  const client = clients.find((client) => client.id === id)
  if (!client) throw new errors.InvalidClient(`there is no client ${id}`)
  return client
}

function newKey() {
  return { ...KEYS[algorithm]().privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: algorithm }
}

function say(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}
