// docs/graphql.md as a list of steps, and a shell that takes them one after the other as a reader would.

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { until } from './server.mjs'

/** How long a step may take. */
const STEP_MS = 120_000

/** What stands between the outputs of two steps: a character that nothing prints. */
const MARK = '\x1e'

/**
 * The sections of a document, each with its steps. A block whose first line is a comment with nothing but a file name is
 * that file; `sh` is run; `text` and `json` are what the step before prints. Nothing else may be there, so that no block
 * escapes its trial.
 */
export function sections(markdown) {
  const found = []
  let block
  for (const [at, line] of markdown.split('\n').entries()) {
    if (block) {
      if (line !== '```') block.lines.push(line)
      else {
        add(found.at(-1).steps, block)
        block = undefined
      }
    } else if (line.startsWith('```')) block = { language: line.slice(3), lines: [], at: at + 1 }
    else if (line.startsWith('## ')) found.push({ title: line.slice(3), steps: [] })
  }
  return found
}

function add(steps, { language, lines, at }) {
  const text = `${lines.join('\n')}\n`
  const name = /^(?:\/\/|#|<!--) ([\w.-]+\.[a-z]+)(?: -->)?$/.exec(lines[0])?.[1]
  if (name) steps.push({ kind: 'file', name, text, at, prints: [] })
  else if (language === 'sh') steps.push({ kind: isEndless(text) ? 'listen' : 'run', text, at, prints: [] })
  else if (language === 'text' || language === 'json') steps.at(-1).prints.push(text)
  else throw new Error(`line ${at}: this block is neither a file, nor run, nor what is printed`)
}

const isEndless = (script) => script.trimEnd().endsWith('# until Ctrl-C')

/** Whether a text is what the document shows: `…` stands for anything but spaces and quotes. */
export function isShown(text, shown) {
  return pattern(shown, '$').test(text)
}

/** Whether a text begins with what the document shows. */
export function beginsAsShown(text, shown) {
  return pattern(shown, '').test(text)
}

function pattern(shown, end) {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^\\s"]+')}${end}`)
}

/** A shell that is kept from step to step, as a terminal is. */
export class Shell {
  #directory
  #process
  #printed = ''

  constructor(test, directory, env) {
    this.#directory = directory
    this.#process = spawn('bash', ['--norc', '--noprofile'], { cwd: directory, env })
    this.#process.stdout.setEncoding('utf8').on('data', (text) => (this.#printed += text))
    this.#process.stdin.write('exec 2>&1\n')
    test.after(() => this.#process.kill())
  }

  /** Runs a script and gives what it prints, on both channels. */
  async run(script) {
    const file = join(this.#directory, '.step')
    await writeFile(file, script)
    this.#printed = ''
    this.#process.stdin.write(`. ./.step </dev/null\nprintf '${MARK}%s${MARK}' "$?"\n`)
    const ended = () => new RegExp(`${MARK}(\\d+)${MARK}$`).exec(this.#printed)
    await until(`the end of\n${script}`, () => ended() || this.#process.exitCode !== null, STEP_MS)
    const text = this.#printed.split(MARK)[0]
    if (ended()?.[1] !== '0') throw new Error(`${script}\nfailed with ${ended()?.[1] ?? 'the shell'}:\n${text}`)
    return text
  }
}

/** A second terminal, in which something runs until Ctrl-C. */
export class Listener {
  text = ''
  #process

  constructor(test, directory, env, script) {
    // In a process group of its own, so that Ctrl-C reaches the shell and what it started, and nobody else.
    this.#process = spawn('bash', ['-c', `exec 2>&1\n${script}`], { cwd: directory, env, detached: true })
    this.#process.stdout.setEncoding('utf8').on('data', (text) => (this.text += text))
    test.after(() => this.end())
  }

  /** Ctrl-C. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    process.kill(-this.#process.pid, 'SIGINT')
    await ended
  }
}
