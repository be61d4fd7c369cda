import type { Message } from '../../protocol/message.ts'
import type { Random } from '../seed/random.ts'
import type { Device } from './device.ts'

const emojis = ['👍', '❤️', '🎉', '👀'] as const
const words =
  'the loom weaves algebraic patterns just as the engine weaves flowers and leaves Ελλάδα 木 👩‍🚀 naïve'.split(' ')

// What is older is seldom touched, as among people.
const lookBack = 30

/** What people do, by chance of a seed. */
export interface Talk {
  /** One device posts so many messages at once. */
  burst(device: Device, count: number): void
  /** One device does something. */
  act(device: Device): void
}

export function startTalk(random: Random): Talk {
  let serial = 0
  // Every text is one of a kind, so that a double shows.
  const text = (device: Device) =>
    `${device.account.name} ${++serial}: ${Array.from({ length: 1 + random.below(12) }, () => random.pick(words)).join(' ')}`
  const ignore = () => {}

  function post(device: Device, replyTo?: Message): void {
    void device.opened.send(text(device), replyTo ? { replyTo: replyTo.seq } : {}).catch(ignore)
  }

  return {
    burst(device, count) {
      for (let i = 0; i < count; i++) post(device)
    },
    act(device) {
      const { opened, account, view } = device
      const messages = view.rows
        .slice(-lookBack)
        .flatMap((row) =>
          row.state === 'confirmed' && !row.message.system && !row.message.deleted ? [row.message] : [],
        )
      const own = messages.filter(({ by }) => by === account.person)
      const chance = random.next()
      if (messages.length === 0 || chance < 0.55) return post(device)
      const message = random.pick(messages)
      if (chance < 0.65) return post(device, message)
      if (chance < 0.83) return void opened.react(message.seq, random.pick(emojis), random.next() < 0.7).catch(ignore)
      if (chance < 0.87) return void opened.pin(message.seq, random.next() < 0.6).catch(ignore)
      if (own.length === 0) return post(device)
      if (chance < 0.95) return void opened.edit(random.pick(own).seq, text(device)).catch(ignore)
      void opened.remove(random.pick(own).seq).catch(ignore)
    },
  }
}
