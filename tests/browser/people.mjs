// People of the demo's organization, and what they announce: who has an inbox, and what is in it.
import { ask, TOKEN } from './browser.mjs'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A moment so many days from now, at that hour. */
export function at(days, hour = 8) {
  const day = new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
  return new Date(Date.parse(`${day}T00:00:00Z`) + hour * HOUR).toISOString()
}

/** What each mutation is asked for. */
const SELECTED = {
  createMember: 'member { id }', createSegment: 'segment { id }', createToken: 'secret', planRelease: 'release { id }', openIncident: 'incident { id }', createAnnouncement: 'announcement { id state }',
  publishAnnouncement: 'announcement { id }', concludeAnnouncement: 'announcement { id }', rescheduleAnnouncement: 'announcement { id }', acknowledgeAnnouncement: 'announcement { id }',
}

/** The payload of a mutation that must succeed. */
export async function does(mutation, input, token = TOKEN) {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1)
  const answer = await ask(`mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${SELECTED[mutation]} userErrors { field message } } }`, { input }, token)
  const { userErrors } = answer[mutation]
  if (userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(userErrors)}`)
  return answer[mutation]
}

let tokens = 0

/** A member, and a token that belongs to the member. The same name is the same member. */
export async function member(name, role, teams = []) {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const { members } = await ask('query ($text: String) { members(filter: { text: $text }) { nodes { id } } }', { text: email })
  const id = members.nodes[0]?.id ?? (await does('createMember', { name, email, roles: [role], teams, vocabulary: 'AGILE' })).member.id
  const { secret } = await does('createToken', { name: `${name} ${Date.now()} ${++tokens}`, role, member: id })
  return { id, name, email, token: secret }
}

/** An announcement of Atelier, published unless it shall stay a draft. The same external ID is the same announcement. */
export async function announce(input, { token = TOKEN, draft = false } = {}) {
  const { announcement: { id, state } } = await does('createAnnouncement', { product: 'atelier', ...input }, token)
  if (!draft && state === 'DRAFT') await does('publishAnnouncement', { announcement: id }, token)
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
  const by = { token: dora.token }
  const release = await announce({
    externalId: 'cast-release', source: 'cast', kind: 'RELEASE', release: '5.9', title: 'Export is rebuilt', planned: { from: at(4, 7) }, audiences: ['SUPPORT', 'CUSTOMER'], contactMember: dora.id,
    changes: 'Exports of large boards take seconds instead of minutes. PDF files embed their fonts, so they look the same everywhere.',
    talkingPoints: 'It fixes what 5.3 broke. Nobody has to do anything; scheduled exports switch over by themselves.',
    workaround: 'The old export stays under “Export (classic)” for 30 days.', rollback: 'Switch off the flag export-v2; it takes effect within a minute.',
  }, by)
  const maintenance = await announce({
    externalId: 'cast-maintenance', source: 'cast', kind: 'MAINTENANCE', title: 'Database maintenance', planned: { from: at(6, 2), until: at(6, 4) }, changes: 'Boards can be read, but not changed, for up to two hours.',
    talkingPoints: 'No data is lost; changes made offline are sent afterwards.',
  }, by)
  const freeze = await announce({ externalId: 'cast-freeze', source: 'cast', kind: 'FREEZE', title: 'Year-end freeze', planned: { from: at(5, 0), until: at(12, 0) } }, by)
  const draft = await announce({ externalId: 'cast-draft', source: 'cast', kind: 'DEPLOYMENT', title: 'Search index moves to new machines', planned: { from: at(8, 10), until: at(8, 12) }, features: ['search'], changes: 'Results may be slow for ten minutes.' }, { ...by, draft: true })
  const past = await announce({ externalId: 'cast-past', source: 'cast', kind: 'MAINTENANCE', title: 'Certificates renewed', planned: { from: at(-20, 5), until: at(-20, 6) }, features: ['export', 'notifications'], changes: 'Nothing.' }, by)
  const { announcement } = await ask('query ($id: ID!) { announcement(id: $id) { state } }', { id: past })
  if (announcement.state === 'PUBLISHED') await does('concludeAnnouncement', { announcement: past, outcome: 'Done in four minutes.' }, dora.token)
  return { sue, sam, dora, release, maintenance, freeze, draft, past }
}
