import type { RoomForMeetings } from '../between.ts'
import type { Objects } from '../env.ts'
import { admitted, withPeople, type Gathering } from './core/gathering.ts'
import { isGuest } from './core/telling.ts'
import { warn } from '../log.ts'

/** From where on those who are no members of the room read along: from what was said last when they were let in. */
export class Chats {
  private readonly rooms: Objects<RoomForMeetings>
  private readonly now: () => Gathering
  private readonly apply: (change: (gathering: Gathering) => Gathering) => void

  constructor(parts: {
    rooms: Objects<RoomForMeetings>
    now: () => Gathering
    apply: (change: (gathering: Gathering) => Gathering) => void
  }) {
    this.rooms = parts.rooms
    this.now = parts.now
    this.apply = parts.apply
  }

  owed(): boolean {
    return this.missing().length > 0
  }

  /** Asks the room. Throws when it cannot say. */
  async open(): Promise<void> {
    const { facts } = this.now()
    const asked = this.missing()
    if (!facts || asked.length === 0) return
    const head = await this.rooms.getByName(facts.room).headNow()
    if (head === 'away') throw new Error('the room cannot say how far it is')
    // There is nothing to read in a room that is gone.
    const from = head === 'gone' ? Number.MAX_SAFE_INTEGER : head
    this.apply((gathering) => {
      const still = asked.flatMap(({ id }) => gathering.people.get(id) ?? [])
      const open = still.filter(({ standing, chatFrom }) => standing === 'admitted' && chatFrom === null)
      return withPeople(
        gathering,
        open.map((someone) => ({ ...someone, chatFrom: from })),
      )
    })
  }

  /** Where someone reads and writes; null: nowhere, or it is not known from where on. */
  async passOf(id: string): Promise<{ room: string; from: number; name: string } | null> {
    const someone = () => this.now().people.get(id)
    if (someone()?.chatFrom === null && someone()?.standing === 'admitted') {
      await this.open().catch((error: unknown) => warn(`the chat of ${id}: ${String(error)}`))
    }
    const { standing, chatFrom = null, name = '' } = someone() ?? {}
    const { facts } = this.now()
    return facts && standing === 'admitted' && chatFrom !== null ? { room: facts.room, from: chatFrom, name } : null
  }

  private missing() {
    return admitted(this.now()).filter((someone) => isGuest(someone) && someone.chatFrom === null)
  }
}
