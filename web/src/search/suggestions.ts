import { useEffect, useState } from 'react'
import { searchPeople } from '../../../protocol/endpoints/people.ts'
import { limits } from '../../../protocol/limits.ts'
import { Has, formatFilter, type SearchFilter } from '../../../protocol/search-query.ts'
import { dayOf } from '../times.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import type { Client } from '../../sync/client.ts'

/** Something to finish an operator with. */
export interface Suggestion {
  /** What stands in the query then. */
  filter: string
  name: string
}

const restMs = 180

/** What people are called who were suggested while this page lives. */
const suggestedNames = new Map<string, string>()

/** What someone is called whom a filter names by id; null: nobody here has heard of them. */
export function nameOf(person: string, { me, inbox }: Client): string | null {
  if (person === me.id) return me.name
  const direct = inbox.view.getState().rooms.find(({ other }) => other === person)
  return suggestedNames.get(person) ?? direct?.name ?? null
}

/** What may follow the operator that is being written at the end of a text. */
export function useSuggestions(
  client: Client,
  text: string,
  now: number,
): { from: number; all: readonly Suggestion[] } {
  const open = /(?:^|\s)((from|in|has|before|after|on):"?([^"]*))$/i.exec(text)
  const operator = open?.[2]?.toLowerCase() ?? ''
  const value = (open?.[3] ?? '').replace(/^@/, '').trim()
  const [people, setPeople] = useState<readonly Suggestion[]>([])
  useEffect(() => {
    setPeople([])
    if (operator !== 'from' || [...value].length < limits.nameLetters) return
    const over = new AbortController()
    const timer = setTimeout(() => {
      void outcome(gate.api.call(searchPeople, { query: { q: value, limit: 6 } }, over.signal)).then((answer) => {
        if (over.signal.aborted || !answer.ok) return
        for (const { id, name } of answer.value.items) suggestedNames.set(id, name)
        setPeople(
          answer.value.items.map(({ id, name }) => said(name, { kind: 'from', by: 'id', value: id, not: false })),
        )
      })
    }, restMs)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [operator, value])
  if (open === null) return { from: text.length, all: [] }
  const from = open.index + open[0].length - open[1]!.length
  const begins = (name: string) => name.toLocaleLowerCase().includes(value.toLocaleLowerCase())
  switch (operator) {
    case 'from':
      return { from, all: [...(begins('me') ? [said('Me', { kind: 'from', by: 'me', not: false })] : []), ...people] }
    case 'in': {
      const rooms = client.inbox.view.getState().rooms.filter(({ name }) => begins(name ?? ''))
      const all = rooms
        .slice(0, 6)
        .map(({ room, name }) => said(name ?? 'A room', { kind: 'in', by: 'id', value: room, not: false }))
      return { from, all }
    }
    case 'has': {
      const kinds = Has.options.filter(begins)
      return { from, all: kinds.map((what) => said(what, { kind: 'has', what, not: false })) }
    }
    default: {
      const days = [0, 1, 7, 30].map((ago) => ({
        name: ago === 0 ? 'Today' : ago === 1 ? 'Yesterday' : `${ago} days ago`,
        day: new Date((dayOf(now) - ago) * 86_400_000).toISOString().slice(0, 10),
      }))
      const kind = operator as 'before' | 'after' | 'on'
      const fits = days.filter(({ day }) => day.startsWith(value) && day !== value)
      return { from, all: fits.map(({ name, day }) => said(`${name}, ${day}`, { kind, day })) }
    }
  }
}

function said(name: string, filter: SearchFilter): Suggestion {
  return { filter: formatFilter(filter), name }
}
