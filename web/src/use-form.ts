import { useRef, useState, type RefObject } from 'react'
import { focusFirstError } from './auth/focus-first-error.ts'
import { fieldError, outcome, type Failure, type Outcome } from './outcome.ts'
import type { ProblemKind } from '../../protocol/problems.ts'

/** Sentences by the name of the field that they stand beside. */
export type FieldErrors = Readonly<Record<string, string>>

/** What a form knows of its last attempt. */
export interface Form {
  ref: RefObject<HTMLFormElement | null>
  pending: boolean
  /** Why it was refused, where no field says so. */
  failure: Failure | null
  /** What stands beside the field of this name. */
  errorOf(field: string): string | undefined
  /**
   * Sends, unless something is wrong with a field or it is under way already. Null: it did not get through, which the form
   * shows, with the focus on the first wrong field. `about` says which kinds of problem are about a field, and how.
   */
  send<T>(
    wrong: FieldErrors,
    call: () => Promise<T>,
    about?: Partial<Record<ProblemKind, FieldErrors>>,
  ): Promise<Extract<Outcome<T>, { ok: true }> | null>
}

/** A form that is sent once at a time. */
export function useForm(): Form {
  const ref = useRef<HTMLFormElement>(null)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [wrong, setWrong] = useState<FieldErrors>({})
  return {
    ref,
    pending,
    failure: failure?.errors.length === 0 ? failure : null,
    errorOf: (field) => wrong[field] ?? fieldError(failure, field),
    async send(found, call, about = {}) {
      if (pending) return null
      setWrong(found)
      setFailure(null)
      const stopped = Object.keys(found).length > 0
      if (!stopped) {
        setPending(true)
        const answer = await outcome(call())
        setPending(false)
        if (answer.ok) return answer
        const fields = answer.failure.kind === 'unreachable' ? undefined : about[answer.failure.kind]
        if (fields) setWrong(fields)
        else setFailure(answer.failure)
      }
      focusFirstError(ref.current)
      return null
    },
  }
}

/** What is wrong with an address, by the name of its field. */
export function wrongEmail(email: string): FieldErrors {
  return /^[^@\s]+@[^@\s]+$/.test(email) ? {} : { email: 'Enter an e-mail address, such as ada@example.org.' }
}
