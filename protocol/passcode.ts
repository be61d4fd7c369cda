import * as z from 'zod/mini'
import { limits } from './limits.ts'
import { Storable } from './text.ts'

/** What a room or a meeting’s link may ask for from whoever comes. */
export const Passcode = Storable.check(z.minLength(limits.passcodeMin), z.maxLength(limits.passcodeMax))
