import { app } from './app.ts'
import { doChores } from './chores.ts'
import type { Env } from './env.ts'

export { Inbox } from '../durable-objects/inbox-object.ts'
export { Meeting } from '../durable-objects/meeting-object.ts'
export { Room } from '../durable-objects/room-object.ts'
export { Tries } from '../durable-objects/tries-object.ts'

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => doChores(env),
} satisfies ExportedHandler<Env>
