// Scheduled reports arrive: by mail at a real SMTP server, parsed by another library; at webhooks, whose signature is verified; in
// chats; in a directory; and in a bucket of a real S3-compatible store. Failures are attempted again, given up, and replayed.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { Server, freePort, report, until } from './server.mjs'

const run = promisify(execFile)

const USER = { user: 'ballroom', pass: 'se:cret@1' }

/** A mail server that wants a password; what it refuses is decided by the test. */
async function mailServer(test) {
  const mails = []
  const refuses = new Map()
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      username === USER.user && password === USER.pass ? done(null, { user: username }) : done(new Error('wrong password')),
    onRcptTo: ({ address }, _, done) => {
      const code = refuses.get(address)
      if (!code) return done()
      return done(Object.assign(new Error('not here'), { responseCode: code }))
    },
    onData: (stream, session, done) => {
      simpleParser(stream, { keepCidLinks: true }).then((mail) => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), mail })
        done()
      }, done)
    },
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  test.after(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.server.address()
  const url = `smtp://${encodeURIComponent(USER.user)}:${encodeURIComponent(USER.pass)}@127.0.0.1:${port}`
  return { mails, refuses, url }
}

/** A receiver of webhooks; what it answers is decided by the test. */
async function receiver(test) {
  const requests = []
  const answers = new Map()
  const server = createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts).toString() })
    response.writeHead(answers.get(request.url) ?? 200).end()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  test.after(() => server.close())
  return { requests, answers, url: `http://127.0.0.1:${server.address().port}` }
}

/** An S3-compatible store with a bucket. */
async function bucketStore(test) {
  const port = await freePort()
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  test.after(() => child.kill())
  const endpoint = `http://127.0.0.1:${port}`
  await until('the store answers', () => fetch(endpoint).then(() => true, () => false))
  const made = await fetch(`${endpoint}/reports`, { method: 'PUT' })
  assert.equal(made.status, 200)
  // Read by the client of Amazon.
  const script = `import boto3, sys
store = boto3.client('s3', endpoint_url='${endpoint}', region_name='us-east-1', aws_access_key_id='key', aws_secret_access_key='secret')
sys.stdout.buffer.write(store.get_object(Bucket='reports', Key=sys.argv[1])['Body'].read())`
  const read = async (key) => (await run('python', ['-c', script, key], { encoding: 'buffer', maxBuffer: 2 ** 26 })).stdout
  return { endpoint, read, environment: {
    AWS_ENDPOINT: endpoint, AWS_ALLOW_HTTP: 'true', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret',
    BALLROOM_REPORT_BUCKET: 's3://reports/ballroom',
  } }
}

async function world(test) {
  const [mail, hooks, bucket] = [await mailServer(test), await receiver(test), await bucketStore(test)]
  const directory = await mkdtemp(join(tmpdir(), 'ballroom-reports-'))
  test.after(() => rm(directory, { recursive: true, force: true }))
  const server = await Server.start(test, {
    BALLROOM_SMTP_URL: mail.url, BALLROOM_MAIL_FROM: 'Ballroom <reports@example.com>', BALLROOM_REPORT_DIRECTORY: directory,
    BALLROOM_WEBHOOK_PRIVATE_ADDRESSES: 'true', BALLROOM_JOB_POLL: '0.2', BALLROOM_JOB_PAUSE: '0.2', ...bucket.environment,
  })
  await server.product('shop', 'search', 'checkout')
  for (const [n, feature] of ['search', 'checkout', 'search'].entries()) {
    for (let i = 0; i < 12; i++) await server.submits({ product: 'shop', feature, rating: 3 + ((i + n) % 3), customer: `c${i}`, comment: 'fast <b>and</b> good' })
  }
  return { server, mail, hooks, bucket, directory }
}

const DELIVERIES = `query($id: ID!) { schedule(id: $id) { nextRunAt runs { nodes { outcome message } }
  deliveries(orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id state attempts failure report { title } destination { kind label } } } } }`

/** Creates a schedule and waits until nothing of it is pending. */
async function written(server, input) {
  const made = await server.does('createSchedule', { report: 'VALUE', product: 'shop', cron: '0 7 * * MON', ...input },
    'schedule { id } webhookSecrets { url secret }')
  const id = made.schedule.id
  await server.does('runSchedule', { schedule: id }, 'schedule { id }', 'ScheduleInput')
  return { id, secrets: made.webhookSecrets, deliveries: await settled(server, id) }
}

async function settled(server, id) {
  let nodes
  await until('the reports are delivered', async () => {
    const { schedule } = await server.asks(DELIVERIES, { id })
    nodes = schedule.deliveries.nodes
    return schedule.runs.nodes.some((run) => run.outcome === 'SUCCEEDED') && nodes.every((one) => one.state !== 'PENDING')
  }, 60_000)
  return nodes
}

test('a report reaches people and programs', async (test) => {
  const { server, mail, hooks, bucket, directory } = await world(test)
  const { deliveries, secrets } = await written(server, {
    name: 'everywhere', format: 'PDF',
    destinations: [{ email: 'anna@example.com' }, { email: 'ben@example.com' }, { webhook: `${hooks.url}/signed` },
      { slack: `${hooks.url}/slack/secret` }, { teams: `${hooks.url}/teams/secret` }, { directory: 'weekly' }, { bucket: 'weekly' }],
  })
  assert.deepEqual(deliveries.map(({ state }) => state), Array(7).fill('DELIVERED'), JSON.stringify(deliveries))

  // Mail: one message a recipient, readable as text and as a page, with charts and the file.
  assert.deepEqual(mail.mails.map(({ to }) => to[0]).sort(), ['anna@example.com', 'ben@example.com'])
  const { mail: message } = mail.mails.find(({ to }) => to[0] === 'anna@example.com')
  assert.equal(message.from.text, '"Ballroom" <reports@example.com>')
  assert.match(message.subject, /shop/i)
  assert.match(message.text, /search/i)
  assert.match(message.html, /<img[^>]+src="cid:/)
  assert.doesNotMatch(message.html, /<svg|<script|https?:\/\/(?!127\.0\.0\.1)[^"]*\.(png|css|js)/)
  const images = message.attachments.filter(({ related }) => related)
  assert.ok(images.length > 0 && images.every(({ content }) => content.subarray(1, 4).toString() === 'PNG'))
  for (const [, cid] of message.html.matchAll(/src="cid:([^"]+)"/g)) {
    assert.ok(images.some((image) => image.cid === cid), `the picture ${cid} is part of the message`)
  }
  const [file] = message.attachments.filter(({ related }) => !related)
  assert.match(file.filename, /\.pdf$/)
  assert.equal(file.content.subarray(0, 5).toString(), '%PDF-')
  assert.equal(message.headers.get('auto-submitted'), 'auto-generated')

  // One click ends the subscription of this recipient, and of nobody else.
  const link = message.headers.get('list').unsubscribe.url
  assert.match(link, new RegExp(`^http://${server.address}/unsubscribe/`))
  const asks = await fetch(link)
  assert.match(await asks.text(), /anna@example\.com[\s\S]*<button>/)
  assert.match(asks.headers.get('content-security-policy'), /default-src 'none'/)
  const ended = await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })
  assert.equal(ended.status, 200)
  assert.equal((await fetch(link, { method: 'POST' })).status, 404)
  assert.equal((await fetch(link.replace(/.{4}$/, '0000'))).status, 404)
  const { schedules } = await server.asks('{ schedules { nodes { destinations { label } } } }')
  const labels = schedules.nodes[0].destinations.map(({ label }) => label)
  assert.ok(!labels.includes('anna@example.com') && labels.includes('ben@example.com'))
  assert.ok(labels.every((label) => !label.includes('secret')), 'addresses of chats are secrets')

  // The signature is that of Standard Webhooks, computed here by hand.
  const signed = hooks.requests.find(({ path }) => path === '/signed')
  const key = Buffer.from(secrets[0].secret.replace('whsec_', ''), 'base64')
  const text = `${signed.headers['webhook-id']}.${signed.headers['webhook-timestamp']}.${signed.body}`
  assert.equal(signed.headers['webhook-signature'], `v1,${createHmac('sha256', key).update(text).digest('base64')}`)
  const event = JSON.parse(signed.body)
  assert.deepEqual([event.type, event.data.model.kind], ['report.written', 'VALUE'])
  const slack = JSON.parse(hooks.requests.find(({ path }) => path === '/slack/secret').body)
  assert.equal(slack.blocks[0].text.text, event.data.model.title)
  const teams = JSON.parse(hooks.requests.find(({ path }) => path === '/teams/secret').body)
  assert.equal(teams.attachments[0].content.type, 'AdaptiveCard')

  // The same bytes everywhere.
  const [name] = await readdir(join(directory, 'weekly'))
  const written_ = await readFile(join(directory, 'weekly', name))
  assert.equal(name, file.filename)
  assert.ok(written_.equals(file.content), `${written_.length} bytes in the directory, ${file.content.length} in the mail`)
  assert.ok((await bucket.read(`ballroom/weekly/${name}`)).equals(written_))
  await report('scheduled reports arrive by mail, webhook, Slack, Teams, in a directory and in a bucket; one click ends a subscription')
})

test('what fails is attempted again, given up, and replayed', async (test) => {
  const { server, mail, hooks } = await world(test)
  mail.refuses.set('busy@example.com', 451)
  mail.refuses.set('nobody@example.com', 550)
  hooks.answers.set('/broken', 500)
  hooks.answers.set('/gone', 410)
  const { id, deliveries } = await (async () => {
    setTimeout(() => { mail.refuses.delete('busy@example.com'); hooks.answers.set('/broken', 204) }, 2_000)
    return written(server, { name: 'failures', format: 'MARKDOWN', destinations: [{ email: 'busy@example.com' },
      { email: 'nobody@example.com' }, { webhook: `${hooks.url}/broken` }, { slack: `${hooks.url}/gone` }] })
  })()
  const of = (label) => deliveries.find(({ destination }) => destination.label.startsWith(label))
  assert.deepEqual([of('busy').state, of('nobody').state], ['DELIVERED', 'DEAD'])
  assert.ok(of('busy').attempts > 1 && of('nobody').attempts === 1 && of('nobody').failure.includes('550'), JSON.stringify(deliveries))
  const slack = deliveries.find(({ destination }) => destination.kind === 'SLACK')
  assert.deepEqual([slack.state, slack.attempts], ['DEAD', 1])
  const webhook = deliveries.find(({ destination }) => destination.kind === 'WEBHOOK')
  assert.equal(webhook.state, 'DELIVERED')
  const ids = hooks.requests.filter(({ path }) => path === '/broken').map(({ headers }) => headers['webhook-id'])
  assert.ok(ids.length > 1 && new Set(ids).size === 1, 'each attempt has the same ID')
  mail.refuses.clear()
  hooks.answers.clear()
  const { replayed } = await server.does('replayReportDeliveries', { schedule: id }, 'replayed')
  assert.equal(replayed, 2)
  await until('they are delivered', async () => (await settled(server, id)).every(({ state }) => state === 'DELIVERED'))
  assert.ok(mail.mails.some(({ to }) => to[0] === 'nobody@example.com'))
  await report('a delivery is attempted again, given up, and replayed; each attempt has the same ID')
})
