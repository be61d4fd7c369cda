import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { searchPeople, searchRooms, type FoundPerson, type FoundRoom } from '../../../protocol/endpoints/people.ts'
import { openDirect } from '../../../protocol/endpoints/rooms.ts'
import { searchMessages, type FoundMessage } from '../../../protocol/endpoints/search.ts'
import { limits } from '../../../protocol/limits.ts'
import { formatFilter, parseSearch, type SearchFilter } from '../../../protocol/search-query.ts'
import { useMinute } from '../clock.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { sayOnPage } from '../shell/page-toast.tsx'
import { listTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Segments } from '../ui/choices.tsx'
import { Icon } from '../ui/icon.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { Panel } from '../ui/panel.tsx'
import { useMedia } from '../ui/use-media.ts'
import { usePaged } from '../ui/use-paged.ts'
import { why } from '../why.ts'
import { asked } from './asked.ts'
import { Excerpt } from './excerpt.tsx'
import { forgetSearches, keepSearch, recentSearches } from './recent.ts'
import { nameOf, useSuggestions } from './suggestions.ts'
import type { KeyboardEvent } from 'react'
import type { Client } from '../../sync/client.ts'

type Tab = 'messages' | 'people' | 'rooms' | 'files'
type Found =
  | { kind: 'message'; key: string; hit: FoundMessage }
  | { kind: 'person'; key: string; hit: FoundPerson }
  | { kind: 'room'; key: string; hit: FoundRoom }

const tabs = [
  ['messages', 'Messages'],
  ['people', 'People'],
  ['rooms', 'Rooms'],
  ['files', 'Files'],
] as const
const operators = ['from:', 'in:', 'before:', 'after:', 'on:', 'has:']

/** Letters come faster than anyone wants answers. */
const restMs = 250

/** Looks for messages, people and rooms, beside the room that is open: what was found stays while one looks at it. */
export function Search({ client, room, turn }: { client: Client; room: string | null; turn: number }) {
  const id = useId()
  const me = client.me.id
  const [path, navigate] = useLocation()
  const wide = useMedia('(min-width: 64rem)')
  const shown = useHistoryState<{ search?: boolean } | null>()?.search === true || wide
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [tab, setTab] = useState<Tab>('messages')
  const [here, setHere] = useState(room !== null)
  const [sort, setSort] = useState<'newest' | 'ranked'>('newest')
  const [at, setAt] = useState(-1)
  const [picked, setPicked] = useState(0)
  const now = useMinute()

  useEffect(() => {
    setHere(room !== null)
    field.current?.focus()
    field.current?.select()
  }, [room, turn])

  const { filters, terms } = useMemo(() => parseSearch(text), [text])
  const { from, all: suggested } = useSuggestions(client, text, now)
  // An operator without its value is still being written.
  const wanted = useRested(text.replace(/(^|\s)-?(from|in|before|after|on|has):["@]?$/i, '').trim())
  const scope = here ? room : null
  const named = tab === 'people' || tab === 'rooms'
  const short = named && [...wanted].length < limits.nameLetters
  const over = useRef<AbortController | null>(null)
  useEffect(() => () => over.current?.abort(), [text])

  const load = useCallback(
    async (cursor: string | undefined): Promise<{ items: Found[]; next: string | null }> => {
      const none = { items: [], next: null }
      const controller = (over.current = new AbortController())
      const { signal } = controller
      const name = wanted.slice(0, limits.roomName)
      switch (tab) {
        case 'people': {
          if (short) return none
          const { items, next } = await gate.api.call(searchPeople, { query: { q: name, cursor } }, signal)
          return { items: items.map((hit) => ({ kind: 'person', key: hit.id, hit })), next }
        }
        case 'rooms': {
          if (short) return none
          const { items, next } = await gate.api.call(searchRooms, { query: { q: name, cursor } }, signal)
          return { items: items.map((hit) => ({ kind: 'room', key: hit.id, hit })), next }
        }
        case 'messages':
        case 'files': {
          if (wanted === '' && tab === 'messages') return none
          const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
          const query = { q: wanted, sort, timeZone, cursor, room: scope ?? undefined }
          const has = tab === 'files' ? ({ has: 'file' } as const) : {}
          const { items, next } = await gate.api.call(searchMessages, { query: { ...query, ...has } }, signal)
          return { items: items.map((hit) => ({ kind: 'message', key: `${hit.room}/${hit.message.seq}`, hit })), next }
        }
      }
    },
    [scope, short, sort, tab, wanted],
  )
  const found = usePaged<Found>(load)
  const items = found.items ?? []
  const asks = wanted !== '' || tab === 'files'
  useEffect(() => setAt(-1), [load])
  useEffect(() => setPicked(0), [text])

  // More comes while one scrolls.
  const end = useRef<HTMLDivElement>(null)
  const { fetchMore, more, pending, failure } = found
  useEffect(() => {
    if (!more || pending || failure !== null) return
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting === true && fetchMore())
    watch.observe(end.current!)
    return () => watch.disconnect()
  }, [failure, fetchMore, more, pending])

  const close = useCallback(() => {
    asked.setState({ search: null })
    if ((history.state as { search?: boolean } | null)?.search === true) history.back()
  }, [])

  async function go(one: Found) {
    if (wanted !== '') keepSearch(me, wanted)
    switch (one.kind) {
      case 'message': {
        const to = `/r/${one.hit.room}/m/${one.hit.message.seq}`
        return navigate(to, { replace: wide && path.startsWith('/r/'), state: { inside: true, jump: Date.now() } })
      }
      case 'room':
        return navigate(one.hit.member ? `/r/${one.hit.id}` : '/explore', { state: { inside: true } })
      case 'person': {
        const answer = await outcome(gate.api.call(openDirect, { body: { person: one.hit.id } }))
        if (!answer.ok) return sayOnPage(why(answer.failure))
        client.inbox.refresh()
        return navigate(`/r/${answer.value.room}`, { state: { inside: true } })
      }
    }
  }

  function finish(filter: string) {
    setText(`${text.slice(0, from)}${filter} `)
    field.current?.focus()
  }

  function drop(filter: (typeof filters)[number]) {
    setText(`${text.slice(0, filter.at[0])}${text.slice(filter.at[1])}`.replaceAll(/\s+/g, ' ').trimStart())
    field.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      if (suggested.length > 0) return setPicked((picked + step + suggested.length) % suggested.length)
      const to = Math.max(0, Math.min(items.length - 1, at + step))
      setAt(to)
      document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const suggestion = suggested[picked]
      if (suggestion !== undefined) return finish(suggestion.filter)
      const one = items[Math.max(0, at)]
      if (one === undefined) return
      setAt(Math.max(0, at))
      void go(one)
    }
  }

  return (
    <div className={shown ? 'contents' : 'hidden'} data-search="">
      <Panel onClose={close} title="Search">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-4">
          <div className="relative">
            <span className="pointer-events-none absolute inset-y-0 start-3 grid place-items-center text-muted">
              <Icon name="search" size={18} />
            </span>
            <input
              aria-activedescendant={
                suggested.length > 0 ? `${id}-s${picked}` : items[at] === undefined ? undefined : `${id}-${at}`
              }
              aria-autocomplete="list"
              aria-controls={suggested.length > 0 ? `${id}-s` : undefined}
              aria-expanded={suggested.length > 0}
              aria-label="Search"
              autoCapitalize="off"
              autoComplete="off"
              autoFocus
              className="min-h-11 w-full rounded-lg border border-line-strong bg-raised ps-10 pe-3 text-base"
              dir="auto"
              maxLength={limits.searchText}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
              placeholder={scope === null ? 'Search everywhere' : 'Search this room'}
              ref={field}
              role="combobox"
              spellCheck={false}
              value={text}
            />
          </div>
          {suggested.length > 0 && (
            <ul
              aria-label="Suggestions"
              className="-mt-1 rounded-lg border border-line bg-raised p-1"
              id={`${id}-s`}
              role="listbox"
            >
              {suggested.map(({ filter, name }, index) => (
                <li
                  aria-selected={index === picked}
                  className={`flex min-h-10 cursor-pointer items-center rounded-md px-3 ${index === picked ? 'bg-petrol-soft' : 'hover:bg-sunken'}`}
                  id={`${id}-s${index}`}
                  key={filter}
                  onClick={() => finish(filter)}
                  role="option"
                >
                  <bdi className="truncate">{name}</bdi>
                </li>
              ))}
            </ul>
          )}
          {filters.length > 0 && (
            <ul aria-label="Narrowed to" className="flex flex-wrap gap-1.5">
              {filters.map((filter) => (
                <li className="max-w-full" key={filter.at[0]}>
                  <button
                    aria-label={`Drop ${wordsOf(client, filter)}`}
                    className="flex min-h-7 max-w-full items-center gap-1 rounded-full bg-petrol-soft ps-2.5 pe-1.5 text-sm touch:min-h-9"
                    onClick={() => drop(filter)}
                    type="button"
                  >
                    <bdi className="truncate">{wordsOf(client, filter)}</bdi>
                    <Icon name="close" size={14} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Segments choices={tabs} chosen={tab} legend="What to look for" name={`${id}-tab`} onChoose={setTab} />
          {(tab === 'messages' || tab === 'files') && (
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
              {room !== null && (
                <label className="flex min-h-8 items-center gap-2">
                  <input
                    checked={here}
                    className="size-4"
                    onChange={(event) => setHere(event.target.checked)}
                    type="checkbox"
                  />
                  This room only
                </label>
              )}
              <label className="ms-auto flex min-h-8 items-center gap-2">
                <span className="text-muted">First</span>
                <select
                  className="min-h-8 rounded-md border border-line-strong bg-raised px-2"
                  onChange={(event) => setSort(event.target.value as typeof sort)}
                  value={sort}
                >
                  <option value="newest">the newest</option>
                  <option value="ranked">the best match</option>
                </select>
              </label>
            </div>
          )}
          <p className="text-sm text-muted" role="status">
            {short && wanted !== ''
              ? `Write at least ${limits.nameLetters} letters of a name.`
              : asks && found.items !== null && failure === null
                ? counted(items.length, more)
                : ''}
          </p>
          {failure?.kind === 'unreachable' ? (
            <div className="grid justify-items-center gap-3 py-6 text-center text-muted" role="alert">
              <p>Search needs the network.</p>
              <Button look="quiet" onClick={found.reload}>
                Try again
              </Button>
            </div>
          ) : asks && !short ? (
            <PagedList
              empty={
                terms.length + filters.length === 0 || named
                  ? 'Nothing was found.'
                  : 'Nothing was found. Try fewer words, or the beginning of one with a star: sail*'
              }
              label="Found"
              paged={found}
            >
              {(one) => {
                const index = items.indexOf(one)
                return (
                  <li key={one.key}>
                    <button
                      aria-current={index === at || undefined}
                      className={`grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 rounded-lg px-3 py-2 text-start focus-visible:-outline-offset-2 ${index === at ? 'bg-petrol-soft' : 'hover:bg-sunken'}`}
                      id={`${id}-${index}`}
                      onClick={() => {
                        setAt(index)
                        void go(one)
                      }}
                      type="button"
                    >
                      <Line now={now} one={one} />
                    </button>
                  </li>
                )
              }}
            </PagedList>
          ) : named ? (
            wanted === '' && (
              <p className="py-6 text-center text-pretty text-muted">
                {tab === 'people' ? 'Find people by name or username.' : 'Find your rooms and public ones by name.'}
              </p>
            )
          ) : (
            <Hints
              me={me}
              onPick={(part) => setText(part)}
              onWrite={(part) => (setText(part), field.current?.focus())}
            />
          )}
          <div ref={end} />
        </div>
      </Panel>
    </div>
  )
}

function author({ message: { source, guest }, name }: FoundMessage): string {
  return source?.name ?? (guest ? `${guest.name} (guest)` : (name ?? 'Someone who left'))
}

function Line({ one, now }: { one: Found; now: number }) {
  switch (one.kind) {
    case 'message': {
      const { hit } = one
      return (
        <>
          <span className="flex items-baseline gap-2 text-sm">
            <span className="min-w-0 flex-1 truncate">
              <bdi className="font-semibold">{author(hit)}</bdi>
              <span className="text-muted">
                {' · '}
                <bdi>{hit.roomName ?? 'Conversation'}</bdi>
              </span>
            </span>
            <time className="flex-none text-xs text-muted">{listTime(hit.message.at, now)}</time>
          </span>
          {hit.blocked ? <span className="text-muted">From someone you blocked</span> : <Excerpt {...hit.snippet} />}
        </>
      )
    }
    case 'person':
      return (
        <span className="flex min-h-10 items-center gap-3">
          <Avatar name={one.hit.name} shape="person" size="medium" />
          <span className="grid min-w-0">
            <bdi className="truncate font-medium">{one.hit.name}</bdi>
            {one.hit.username !== null && <span className="truncate text-sm text-muted">@{one.hit.username}</span>}
          </span>
        </span>
      )
    case 'room':
      return (
        <span className="flex min-h-10 items-center gap-3">
          <Avatar name={one.hit.name} shape={one.hit.type === 'direct' ? 'person' : 'room'} size="medium" />
          <span className="grid min-w-0">
            <bdi className="truncate font-medium">{one.hit.name}</bdi>
            <span className="truncate text-sm text-muted">
              {one.hit.memberCount} {one.hit.memberCount === 1 ? 'member' : 'members'}
              {one.hit.member ? '' : ' · public'}
            </span>
          </span>
        </span>
      )
  }
}

/** What one can write, and what was looked for last. */
function Hints({
  me,
  onPick,
  onWrite,
}: {
  me: string
  onPick: (text: string) => void
  onWrite: (text: string) => void
}) {
  const [recent, setRecent] = useState(() => recentSearches(me))
  return (
    <div className="grid gap-5">
      {recent.length > 0 && (
        <section className="grid gap-1">
          <h3 className="flex items-center justify-between text-sm font-semibold">
            Recent searches
            <Button look="link" onClick={() => (forgetSearches(me), setRecent([]))}>
              Forget them
            </Button>
          </h3>
          <ul className="grid grid-cols-[minmax(0,1fr)]">
            {recent.map((text) => (
              <li key={text}>
                <button
                  className="min-h-10 w-full truncate rounded-lg px-3 text-start hover:bg-sunken focus-visible:-outline-offset-2"
                  onClick={() => onPick(text)}
                  type="button"
                >
                  <bdi>{text}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="grid gap-2">
        <h3 className="text-sm font-semibold">Narrow it</h3>
        <div className="flex flex-wrap gap-1.5">
          {operators.map((operator) => (
            <button
              className="min-h-8 rounded-full border border-line-strong px-3 text-sm hover:bg-sunken touch:min-h-11"
              key={operator}
              onClick={() => onWrite(operator)}
              type="button"
            >
              {operator}
            </button>
          ))}
        </div>
        <p className="text-sm text-pretty text-muted">
          Write words, or a “phrase in quotes”. A minus leaves out what holds a word: -rain
        </p>
      </section>
    </div>
  )
}

/** A filter in the words of who reads it: names stand for ids where they are known. */
function wordsOf(client: Client, filter: SearchFilter): string {
  if (filter.kind === 'in' && filter.by === 'id') {
    const name = client.inbox.view.getState().rooms.find(({ room }) => room === filter.value)?.name
    return `in: ${name ?? 'a room'}`
  }
  if (filter.kind === 'from' && filter.by === 'id') return `from: ${nameOf(filter.value, client) ?? 'one person'}`
  return formatFilter(filter)
}

function counted(count: number, more: boolean): string {
  if (count === 0) return 'Nothing found'
  if (more) return 'Many results'
  return `${count} ${count === 1 ? 'result' : 'results'}`
}

/** A text once nothing more was written for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}
