export { Inbox } from '../durable-objects/inbox-object.ts'
export { Room } from '../durable-objects/room-object.ts'
export { Tries } from '../durable-objects/tries-object.ts'
export { app as default } from './app.ts'
