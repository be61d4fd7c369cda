export { Room } from '../durable-objects/room-object.ts'
export { app as default } from './app.ts'
