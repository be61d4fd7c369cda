import { useEffect, useId, useRef, useState } from 'react'
import { searchPeople, type FoundPerson } from '../../../protocol/endpoints/people.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { outcome, type Failure } from '../outcome.ts'
import { why } from '../why.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import type { KeyboardEvent, ReactNode } from 'react'

/** Someone who can be picked. */
export type Person = Pick<FoundPerson, 'id' | 'name'> & { username?: string | null }

/** Letters come faster than anyone wants answers. */
const restMs = 180

/**
 * Finds people by name: a field with a list under it, whose lines arrows choose and Enter picks. Whoever is picked stands
 * as a chip before the field where `chosen` is given; Backspace in an empty field takes the last one out.
 */
export function PeoplePicker({
  label,
  known,
  chosen = [],
  without,
  autoFocus = false,
  onPick,
  onDrop,
  between,
}: {
  label: string
  /** Who is offered before anything is written. */
  known: readonly Person[]
  chosen?: readonly Person[]
  /** Who is in already. */
  without?: (person: string) => boolean
  autoFocus?: boolean
  onPick: (person: Person) => void
  onDrop?: (person: Person) => void
  /** What stands between field and list while nothing is written. */
  between?: ReactNode
}) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [focused, setFocused] = useState(false)
  const wanted = text.trim()
  const { found, failure, pending } = useFound(wanted)
  const asked = [...wanted].length >= limits.nameLetters
  const offered = (asked ? found : known.filter(({ name }) => includes(name, wanted))).filter(
    (person) => !chosen.some((one) => one.id === person.id) && without?.(person.id) !== true,
  )
  const active = focused ? offered[Math.min(at, offered.length - 1)] : undefined

  function pick(person: Person) {
    onPick(person)
    setText('')
    setAt(0)
    field.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return
    const last = chosen.at(-1)
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault()
        if (offered.length > 0)
          setAt(
            (now) =>
              (Math.min(now, offered.length - 1) + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) %
              offered.length,
          )
        return
      case 'Enter':
        event.preventDefault()
        if (active !== undefined && (wanted !== '' || at > 0 || chosen.length === 0)) pick(active)
        return
      case 'Escape':
        if (text === '') return
        event.preventDefault()
        event.stopPropagation()
        return setText('')
      case 'Backspace':
        if (text === '' && last !== undefined) onDrop?.(last)
    }
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-3">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
        <label className="text-sm font-medium" htmlFor={id}>
          {label}
        </label>
        <div className="flex min-h-11 flex-wrap items-center gap-1.5 rounded-lg border border-line-strong bg-raised px-2 py-1.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-petrol">
          {chosen.length > 0 && (
            <ul aria-label="Chosen" className="contents">
              {chosen.map((person) => (
                <li className="max-w-full" key={person.id}>
                  <button
                    aria-label={`Take ${person.name} out`}
                    className="flex min-h-7 max-w-full items-center gap-1 rounded-full bg-petrol-soft ps-2.5 pe-1.5 text-sm touch:min-h-9"
                    onClick={() => {
                      onDrop?.(person)
                      field.current?.focus()
                    }}
                    type="button"
                  >
                    <bdi className="truncate">{person.name}</bdi>
                    <Icon name="close" size={14} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <input
            aria-activedescendant={active === undefined ? undefined : `${id}-${active.id}`}
            aria-autocomplete="list"
            aria-controls={`${id}-list`}
            aria-expanded={offered.length > 0}
            autoCapitalize="off"
            autoComplete="off"
            autoFocus={autoFocus}
            className="min-h-7 min-w-28 flex-1 bg-transparent px-1 text-base outline-none sm:text-[0.9375rem]"
            dir="auto"
            id={id}
            onChange={(event) => {
              setText(event.target.value)
              setAt(0)
            }}
            onBlur={() => setFocused(false)}
            onFocus={() => setFocused(true)}
            onKeyDown={onKeyDown}
            placeholder={chosen.length > 0 ? '' : 'Name or username'}
            ref={field}
            role="combobox"
            spellCheck={false}
            value={text}
          />
        </div>
      </div>
      {wanted === '' && between}
      <p className="sr-only" role="status">
        {asked && !pending && failure === null ? said(offered.length) : ''}
      </p>
      {asked && failure !== null ? (
        <p className="py-3 text-center text-pretty text-muted" role="alert">
          {why(failure)}
        </p>
      ) : asked && offered.length === 0 ? (
        <p className="py-3 text-center text-pretty text-muted">
          {pending
            ? 'Looking…'
            : found.length > 0
              ? 'Everyone of this name is in already.'
              : 'Nobody was found by this name.'}
        </p>
      ) : (
        <>
          {!asked && offered.length > 0 && (
            <p aria-hidden="true" className="-mb-2 text-sm font-semibold text-muted">
              People you write with
            </p>
          )}
          {!asked && wanted !== '' && offered.length === 0 && (
            <p className="py-3 text-center text-muted">Write at least {limits.nameLetters} letters of a name.</p>
          )}
          <ul
            aria-label={asked ? 'People found' : 'People you write with'}
            className="-mx-2 grid grid-cols-[minmax(0,1fr)]"
            hidden={offered.length === 0}
            id={`${id}-list`}
            role="listbox"
          >
            {offered.map((person) => (
              <li
                aria-selected={person === active}
                className="flex min-h-12 cursor-pointer items-center gap-3 rounded-lg px-2 hover:bg-sunken aria-selected:bg-sunken"
                id={`${id}-${person.id}`}
                key={person.id}
                onClick={() => pick(person)}
                // The field keeps the focus.
                onPointerDown={(event) => event.preventDefault()}
                ref={person === active && at > 0 ? inSight : undefined}
                role="option"
              >
                <Avatar name={person.name} shape="person" size="medium" />
                <span className="grid min-w-0">
                  <bdi className="truncate font-medium">{person.name}</bdi>
                  {person.username && <span className="truncate text-sm text-muted">@{person.username}</span>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function inSight(line: HTMLElement | null) {
  line?.scrollIntoView({ block: 'nearest' })
}

function said(count: number): string {
  return count === 0 ? 'Nobody found' : count === 1 ? '1 person' : `${count} people`
}

function includes(name: string, wanted: string): boolean {
  return name.toLocaleLowerCase().includes(wanted.toLocaleLowerCase())
}

/** Who is found by what is written, a moment after the last letter. */
function useFound(wanted: string): { found: readonly Person[]; failure: Failure | null; pending: boolean } {
  const [answered, setAnswered] = useState<{ to: string; found: readonly Person[]; failure: Failure | null }>(nobody)
  useEffect(() => {
    if ([...wanted].length < limits.nameLetters) return setAnswered(nobody)
    let over = false
    const timer = setTimeout(async () => {
      const answer = await outcome(gate.api.call(searchPeople, { query: { q: wanted } }))
      if (over) return
      setAnswered(
        answer.ok
          ? { to: wanted, found: answer.value.items, failure: null }
          : { to: wanted, found: [], failure: answer.failure },
      )
    }, restMs)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [wanted])
  const { to, found, failure } = answered
  // What was found by fewer letters stands until there is another answer.
  return { found, failure: to === wanted ? failure : null, pending: to !== wanted }
}

const nobody = { to: '', found: [], failure: null }
