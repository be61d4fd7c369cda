import { expect, test } from 'vitest'
import { calendarOf, type CalendarEvent } from '../../worker/calendar.ts'

const event: CalendarEvent = {
  ...{ id: '01a20ae0-e59f-765f-89c0-2ed2a5ebd458', title: 'Engines; and, looms\\', description: 'One\nTwo' },
  plan: {
    ...{ firstAt: Date.UTC(2026, 10, 24, 9), minutes: 45, timeZone: 'Europe/Berlin' },
    repeats: { every: 'week', interval: 2, on: ['TU', 'TH'], until: Date.UTC(2027, 5, 1) },
  },
  ...{ sequence: 3, changedAt: Date.UTC(2026, 10, 23, 12), cancelled: false, mailed: null },
  madeAt: Date.UTC(2026, 10, 23, 13),
  url: 'https://parley.test/meet/1',
}

/** The lines of a file as a calendar reads them, unfolded. */
function lines(of: CalendarEvent): string[] {
  const file = calendarOf(of)
  expect(file.endsWith('\r\n')).toBe(true)
  for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  return file.replaceAll('\r\n ', '').trimEnd().split('\r\n')
}

test('[MTG11] a calendar gets the meeting with its zone, its clock changes and its rule', () => {
  expect(lines(event)).toEqual([
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Parley//Meetings//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH'],
    ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin'],
    ...['BEGIN:STANDARD', 'DTSTART:20261025T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'END:STANDARD'],
    ...['BEGIN:DAYLIGHT', 'DTSTART:20270328T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'END:DAYLIGHT'],
    'END:VTIMEZONE',
    ...['BEGIN:VEVENT', 'UID:01a20ae0-e59f-765f-89c0-2ed2a5ebd458@parley', 'SEQUENCE:3', 'DTSTAMP:20261123T130000Z'],
    'LAST-MODIFIED:20261123T120000Z',
    ...['DTSTART;TZID=Europe/Berlin:20261124T100000', 'DURATION:PT45M'],
    'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20270601T000000Z;WKST=MO',
    ...['SUMMARY:Engines\\; and\\, looms\\\\', 'DESCRIPTION:One\\nTwo', 'LOCATION:https://parley.test/meet/1'],
    ...['URL:https://parley.test/meet/1', 'STATUS:CONFIRMED', 'END:VEVENT', 'END:VCALENDAR'],
  ])
})

test('[MTG11] what is mailed asks for an answer to its host, and a cancellation takes the same meeting back', () => {
  const mailed = { to: 'bob@example.org', from: 'meet@parley.test', host: 'Ada "Countess"\r\nX:1' }
  const asked = lines({ ...event, mailed })
  expect(asked).toContain('METHOD:REQUEST')
  expect(asked).toContain('ORGANIZER;CN="Ada  Countess   X:1":mailto:meet@parley.test')
  expect(asked.find((line) => line.startsWith('ATTENDEE'))).toMatch(/mailto:bob@example.org$/)
  const taken = lines({ ...event, mailed, cancelled: true, sequence: 4 })
  expect(taken).toEqual(expect.arrayContaining(['METHOD:CANCEL', 'STATUS:CANCELLED', 'SEQUENCE:4']))
  const uid = (of: string[]) => of.find((line) => line.startsWith('UID'))
  expect(uid(taken)).toBe(uid(asked))
})

test('[MTG11] a long line is folded between characters, and a zone without changes has one offset', () => {
  const title = '会議'.repeat(60)
  expect(lines({ ...event, title })).toContain(`SUMMARY:${title}`)
  const plan = { ...event.plan, timeZone: 'Asia/Kathmandu', repeats: null }
  const zone = lines({ ...event, plan }).filter((line) => line.startsWith('TZOFFSETTO'))
  expect(zone).toEqual(['TZOFFSETTO:+0545'])
})

test('[MTG11] what is held in the hour that comes twice keeps its moment and its length', () => {
  const held = (firstAt: number, repeats: typeof event.plan.repeats = null) =>
    lines({ ...event, plan: { ...event.plan, firstAt, repeats } })
      .filter((line) => /^(DTSTART[;:].*(Z|T\d{4}00)|DURATION)/.test(line))
      .slice(-2)
  const first = Date.UTC(2026, 9, 25, 0, 30)
  expect(held(first)).toEqual(['DTSTART;TZID=Europe/Berlin:20261025T023000', 'DURATION:PT45M'])
  expect(held(first + 3_600_000)).toEqual(['DTSTART:20261025T013000Z', 'DURATION:PT45M'])
})

test('[MTG11] whoever downloads what was cancelled publishes it: only a mail from who organizes it takes it back', () => {
  expect(lines({ ...event, cancelled: true })).toEqual(expect.arrayContaining(['METHOD:PUBLISH', 'STATUS:CANCELLED']))
})

test('[MTG11] what is held for ever has the clock changes of ten years to come, however long ago it began', () => {
  const plan = { ...event.plan, firstAt: Date.UTC(2010, 0, 5, 9), repeats: { every: 'day' as const, interval: 1 } }
  expect(lines({ ...event, plan }).filter((line) => line.startsWith('DTSTART:2036'))).toHaveLength(2)
})

test('[MTG11] no text of a person’s gets a control character into the file', () => {
  const file = calendarOf({ ...event, title: 'One\u0007\u000bTwo\u0085', description: 'A\tB\r\nC' })
  expect(file).toContain('SUMMARY:One  Two ')
  expect(file).toContain('DESCRIPTION:A\tB\\nC')
})
