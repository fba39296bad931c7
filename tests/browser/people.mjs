// People of the demo's organization, and what they announce: who has an inbox, and what is in it.
import { ask, TOKEN } from './browser.mjs'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A moment so many days from now, at that hour. */
export function at(days, hour = 8) {
  const day = new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
  return new Date(Date.parse(`${day}T00:00:00Z`) + hour * HOUR).toISOString()
}

/** The payload of a mutation that must succeed. */
export async function does(mutation, input, token = TOKEN) {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1)
  const [name, selection] = [mutation, { createAnnouncement: 'announcement { id }', publishAnnouncement: 'announcement { id }', createMember: 'member { id }', createToken: 'secret', planRelease: 'release { id }', concludeAnnouncement: 'announcement { id }', openIncident: 'incident { id }' }[mutation]]
  const answer = await ask(`mutation ($input: ${type}Input!) { ${name}(input: $input) { ${selection} userErrors { field message } } }`, { input }, token)
  const { userErrors } = answer[name]
  if (userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(userErrors)}`)
  return answer[name]
}

let known = 0

/** A member, and a token that belongs to the member. */
export async function member(name, role, teams = []) {
  const email = `${name.split(' ')[0].toLowerCase()}.${Date.now()}.${++known}@example.com`
  const { member: { id } } = await does('createMember', { name, email, roles: [role], teams, vocabulary: 'AGILE' })
  const { secret } = await does('createToken', { name: `${name} ${Date.now()} ${known}`, role, member: id })
  return { id, name, email, token: secret }
}

/** An announcement of Atelier, published unless it shall stay a draft. */
export async function announce(input, { token = TOKEN, draft = false } = {}) {
  const { announcement: { id } } = await does('createAnnouncement', { product: 'atelier', ...input }, token)
  if (!draft) await does('publishAnnouncement', { announcement: id }, token)
  return id
}

let made

/** Two of support, one of development, and announcements of the next weeks; once. */
export function cast() {
  made ??= staged()
  return made
}

async function staged() {
  const sue = await member('Sue Sato', 'SUPPORT')
  const sam = await member('Sam Okafor', 'SUPPORT')
  const dora = await member('Dora Lind', 'DEVELOPMENT')
  await does('planRelease', { product: 'atelier', version: '5.9', title: 'New export', plannedFor: at(4).slice(0, 10), features: [{ feature: 'export', change: 'CHANGED' }] })
  const release = await announce({
    kind: 'RELEASE', release: '5.9', title: 'Export is rebuilt', planned: { from: at(4, 7) }, audiences: ['SUPPORT', 'CUSTOMER'], contactMember: dora.id,
    changes: 'Exports of large boards take seconds instead of minutes. PDF files embed their fonts, so they look the same everywhere.',
    talkingPoints: 'It fixes what 5.3 broke. Nobody has to do anything; scheduled exports switch over by themselves.',
    workaround: 'The old export stays under “Export (classic)” for 30 days.', rollback: 'Switch off the flag export-v2; takes effect within a minute.',
  }, { token: dora.token })
  const maintenance = await announce({
    kind: 'MAINTENANCE', title: 'Database maintenance', planned: { from: at(6, 2), until: at(6, 4) }, changes: 'Boards can be read, but not changed, for up to two hours.',
    talkingPoints: 'No data is lost; changes made offline are sent afterwards.',
  }, { token: dora.token })
  const freeze = await announce({ kind: 'FREEZE', title: 'Year-end freeze', planned: { from: at(9, 0), until: at(16, 0) } }, { token: dora.token })
  const draft = await announce({ kind: 'DEPLOYMENT', title: 'Search index moves to new machines', planned: { from: at(11, 10), until: at(11, 12) }, features: ['search'], changes: 'Results may be slow for ten minutes.' }, { token: dora.token, draft: true })
  const past = await announce({ kind: 'MAINTENANCE', title: 'Certificates renewed', planned: { from: at(-20, 5), until: at(-20, 6) }, features: ['export', 'notifications'], changes: 'Nothing.' }, { token: dora.token })
  await does('concludeAnnouncement', { announcement: past, outcome: 'Done in four minutes.' }, dora.token)
  return { sue, sam, dora, release, maintenance, freeze, draft, past }
}
