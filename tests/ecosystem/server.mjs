// The real server, started by a suite on a fresh SQLite directory and ended by its process id.

import { execFile, spawn } from 'node:child_process'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long the server may take to start; generous, since machines of tests are busy. */
const START_MS = 60_000

/** A running server. */
export class Server {
  #directory
  #process
  #settings = {}

  /** Starts a server on a database of its own, with settings in its environment; it ends with the test. */
  static async start(test, settings = {}) {
    const server = new Server()
    server.#settings = settings
    server.#directory = await mkdtemp(join(tmpdir(), 'ballroom-ecosystem-'))
    test.after(() => server.#remove())
    await server.command('migrate')
    server.token = await server.createToken('administrator')
    // A port of its own, so that it can be started again where its clients look for it.
    server.address = `127.0.0.1:${await freePort()}`
    await server.serve()
    return server
  }

  /** Where GraphQL is served over HTTP. */
  get url() {
    return `http://${this.address}/graphql`
  }

  /** Where GraphQL is served over WebSocket. */
  get socketUrl() {
    return `ws://${this.address}/graphql`
  }

  /** The headers of an administrator. */
  get headers() {
    return { authorization: `Bearer ${this.token}` }
  }

  /** Runs a command of the binary on the server's data and gives what it prints. */
  async command(...args) {
    return (await run(binary(), args, { env: this.#environment() })).stdout.trim()
  }

  /** Makes a token; its name says what it may do and keeps it apart from others. */
  async createToken(role, scope = 'full', name = `${role} of the tests, ${scope}`) {
    return this.command('token', 'create', '--role', role, '--scope', scope, '--name', name, '--quiet')
  }

  /** Starts the process and waits until it says where it listens. */
  async serve() {
    const child = spawn(binary(), ['serve', '--listen', this.address], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    const lines = createInterface({ input: child.stdout })
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the server does not start')), START_MS)
      lines.once('line', resolve)
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
      child.once('error', reject)
      lines.once('line', () => clearTimeout(late))
    })
    child.removeAllListeners('exit')
  }

  /** Kills the process where it stands. */
  async kill() {
    const child = this.#process
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
  }

  /** Asks, and gets data without errors. */
  async asks(query, variables = {}) {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = await answer.json()
    if (errors) throw new Error(`${query}\n${JSON.stringify(errors)}`)
    return data
  }

  /** Runs a mutation of one field, and gets its payload, in which no user error may be. */
  async does(field, input, selection, type = `${field[0].toUpperCase()}${field.slice(1)}Input`) {
    const query = `mutation($input: ${type}!) {
      ${field}(input: $input) { ${selection} userErrors { code field message } } }`
    const payload = (await this.asks(query, { input }))[field]
    if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors))
    return payload
  }

  /** Makes a product with features; gives its id. */
  async product(key, ...features) {
    const { product } = await this.does('createProduct', { key }, 'product { id }')
    for (const feature of features) {
      await this.does('createFeature', { product: key, key: feature }, 'feature { id }')
    }
    return product.id
  }

  /** Submits an answer; gives its id. */
  async submits(input) {
    const answer = { scale: 'csat', rating: 4, ...input }
    return (await this.does('submitFeedback', answer, 'feedback { id }')).feedback.id
  }

  #environment() {
    return { ...process.env, ...this.#settings, BALLROOM_DATA_DIR: this.#directory, BALLROOM_LOG: 'warn' }
  }

  async #remove() {
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

/** What a suite tells the one who reads the end of `run`. */
export async function report(line) {
  if (process.env.ECOSYSTEM_REPORT) await appendFile(process.env.ECOSYSTEM_REPORT, `${line}\n`)
  else console.log(line)
}

/** Waits until something holds, and fails if it does not in time. */
export async function until(what, holds, within = 30_000) {
  const end = Date.now() + within
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function binary() {
  const path = process.env.BALLROOM_BIN
  if (!path) throw new Error('BALLROOM_BIN must name the server binary; tests/ecosystem/run sets it')
  return path
}

export async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}
