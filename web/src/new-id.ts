import { uuidV7 } from '../../protocol/ids.ts'

/** An id for something that is asked for once, however often it is sent. */
export function newId(): string {
  return uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}
