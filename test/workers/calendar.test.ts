import { expect, test } from 'vitest'
import { calendarOf, type CalendarEvent } from '../../worker/calendar.ts'

const event: CalendarEvent = {
  ...{ id: '01a20ae0-e59f-765f-89c0-2ed2a5ebd458', title: 'Engines; and, looms\\', description: 'One\nTwo' },
  plan: {
    ...{ firstAt: Date.UTC(2026, 10, 24, 9), minutes: 45, timeZone: 'Europe/Berlin' },
    repeats: { every: 'week', interval: 2, on: ['TU', 'TH'], until: Date.UTC(2027, 5, 1) },
  },
  ...{ sequence: 3, changedAt: Date.UTC(2026, 10, 23, 12), cancelled: false, mailed: null },
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
    ...['BEGIN:VEVENT', 'UID:01a20ae0-e59f-765f-89c0-2ed2a5ebd458@parley', 'SEQUENCE:3', 'DTSTAMP:20261123T120000Z'],
    'LAST-MODIFIED:20261123T120000Z',
    ...['DTSTART;TZID=Europe/Berlin:20261124T100000', 'DTEND;TZID=Europe/Berlin:20261124T104500'],
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
