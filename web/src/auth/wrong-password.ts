import { limits } from '../../../protocol/limits.ts'
import type { FieldErrors } from '../use-form.ts'

/** What is wrong with a new password, by the name of its field. */
export function wrongPassword(password: string): FieldErrors {
  if (password.length < limits.passwordMin) return { password: `Use at least ${limits.passwordMin} characters.` }
  if (password.length > limits.passwordMax) return { password: `Use at most ${limits.passwordMax} characters.` }
  return {}
}
