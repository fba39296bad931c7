// The issuer that the tests of the server start: it must do what its head says, else they would test nothing.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { createInterface } from 'node:readline'

import { report } from './server.mjs'

const DESK = { id: 'desk', secret: 'a secret', claims: { roles: ['SUPPORT'], organization: 'acme' } }
const SHORT = { id: 'short', secret: 'another', audience: 'elsewhere', lifetime: 2, claims: { roles: 'PRODUCT' } }

for (const algorithm of ['RS256', 'ES256', 'EdDSA']) {
  test(`tokens signed by ${algorithm}`, async (t) => {
    const issuer = await start(t, { algorithm, scopes: 'read ingest', clients: [DESK, SHORT] })
    const discovered = await json(`${issuer.ready.issuer}/.well-known/openid-configuration`)
    assert.equal(discovered.issuer, issuer.ready.issuer)
    assert.equal(discovered.jwks_uri, issuer.ready.jwks_uri)
    assert.equal(discovered.token_endpoint, issuer.ready.token_endpoint)

    await t.test('claims, audience, scope and lifetime are as they were asked for', async () => {
      const desk = await issuer.token(DESK, { scope: 'read' })
      const { header, claims } = await issuer.verified(desk)
      assert.equal(header.typ, 'at+jwt')
      assert.equal(header.alg, algorithm)
      const { iss, aud, sub, client_id, roles, organization, scope } = claims
      assert.deepEqual({ iss, aud, sub, client_id, roles, organization, scope }, {
        iss: issuer.ready.issuer, aud: 'ballroom', sub: 'desk', client_id: 'desk',
        roles: ['SUPPORT'], organization: 'acme', scope: 'read',
      })
      assert.equal(claims.exp - claims.iat, 300)

      const short = (await issuer.verified(await issuer.token(SHORT))).claims
      assert.deepEqual([short.aud, short.roles, short.exp - short.iat], ['elsewhere', 'PRODUCT', 2])
      const named = await issuer.token(DESK, { resource: 'https://another.example' })
      assert.equal((await issuer.verified(named)).claims.aud, 'https://another.example')
    })

    await t.test('a wrong secret gets nothing', async () => {
      await assert.rejects(issuer.token({ ...DESK, secret: 'wrong' }), /invalid_client/)
    })

    await t.test('keys rotate: the old one stays for one signal more', async () => {
      const [first] = issuer.ready.kids
      const old = await issuer.token(DESK)
      assert.equal((await issuer.verified(old)).header.kid, first)

      const [second, stays] = (await issuer.rotates()).kids
      assert.equal(stays, first)
      assert.notEqual(second, first)
      await issuer.verified(old)
      const young = await issuer.token(DESK)
      assert.equal((await issuer.verified(young)).header.kid, second)

      assert.deepEqual((await issuer.rotates()).kids, [second])
      await issuer.verified(young)
      await assert.rejects(issuer.verified(old), /is not published/)
    })
  })
}

test('what it did', () => report('oidc-provider: JWT access tokens by RS256, ES256 and EdDSA; claims, audience, rotation'))

async function start(t, settings) {
  const path = new URL('issuer', import.meta.url).pathname
  const child = spawn(path, [JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill())
  let said = ''
  child.stderr.on('data', (data) => (said += data))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the issuer ended: ${said}`)
    return JSON.parse(value)
  }
  const ready = await next()
  return {
    ready,
    async rotates() {
      child.kill('SIGUSR2')
      return next()
    },
    /** A token of a client, by the client credentials grant. */
    async token({ id, secret }, parameters = {}) {
      const response = await fetch(ready.token_endpoint, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
      })
      const body = await response.json()
      if (!response.ok) throw new Error(JSON.stringify(body))
      return body.access_token
    },
    /** What a token says, if a key that is published signed it. */
    async verified(token) {
      const [head, body, signature] = token.split('.')
      const read = (part) => JSON.parse(Buffer.from(part, 'base64url'))
      const header = read(head)
      const { keys } = await json(ready.jwks_uri)
      const jwk = keys.find(({ kid }) => kid === header.kid)
      if (!jwk) throw new Error(`the key ${header.kid} is not published`)
      assert.equal(jwk.d, undefined, 'the private part is not published')
      const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }
      const hash = header.alg === 'EdDSA' ? null : 'sha256'
      assert.ok(verify(hash, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      return { header, claims: read(body) }
    },
  }
}

async function json(url) {
  return (await fetch(url)).json()
}
