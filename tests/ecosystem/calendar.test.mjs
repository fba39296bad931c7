// The calendar as calendar programs read it, by the parser of a calendar program.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import ICAL from 'ical.js'

import { Server, report } from './server.mjs'

const DAY = 24 * 60 * 60 * 1000

test('calendar programs read the calendar', async (t) => {
  const server = await Server.start(t)
  await server.product('shop', 'cart')
  const from = new Date(Math.floor(Date.now() / DAY + 7) * DAY + 8 * 60 * 60 * 1000)
  const until = new Date(from.getTime() + 2 * 60 * 60 * 1000)
  const day = from.toISOString().slice(0, 10)
  const title = 'Move, at last; of a \\ database – "Übersicht" '.padEnd(120, 'x')
  await server.asks(`mutation($plan: PlanReleaseInput!, $work: CreateAnnouncementInput!) {
    planRelease(input: $plan) { userErrors { message } } createAnnouncement(input: $work) { userErrors { message } } }`, {
    plan: { product: 'shop', version: '2.0', plannedFor: day },
    work: { product: 'shop', kind: 'MAINTENANCE', title, features: ['cart'], planned: { from: from.toISOString(), until: until.toISOString() } },
  })
  const made = await server.asks('mutation($input: CreateCalendarFeedInput!) { createCalendarFeed(input: $input) { path userErrors { message } } }', {
    input: { name: 'Changes of the shop' },
  })
  const answer = await fetch(`http://${server.address}${made.createCalendarFeed.path}`)
  assert.equal(answer.status, 200)
  const text = await answer.text()
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, `folded after 75 bytes: ${line}`)
  assert.ok(!text.replaceAll('\r\n', '').includes('\n'), 'lines end with CRLF')

  const calendar = new ICAL.Component(ICAL.parse(text))
  assert.equal(calendar.getFirstPropertyValue('version'), '2.0')
  assert.equal(calendar.getFirstPropertyValue('x-wr-calname'), 'Changes of the shop')
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))
  assert.equal(events.length, 2)
  assert.equal(new Set(events.map((one) => one.uid)).size, 2)
  const work = events.find((one) => one.summary.startsWith('Maintenance'))
  assert.equal(work.summary, `Maintenance: ${title.trim()} (shop)`)
  assert.deepEqual([work.startDate.toJSDate(), work.endDate.toJSDate()], [from, until])
  const release = events.find((one) => one.summary.startsWith('Release'))
  assert.ok(release.startDate.isDate && release.endDate.isDate, 'a planned day is a whole day')
  assert.equal(release.startDate.toString(), day)
  assert.match(release.description, /Overlaps with/)
  await report('ical.js reads the calendar: whole days, moments, texts that need escapes, folded lines')
})
