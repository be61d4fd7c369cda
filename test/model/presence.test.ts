import { afterEach, expect, test } from 'vitest'
import type { Presence, Settings } from '../../protocol/inbox.ts'
import { Neighbours } from './neighbours/neighbours.ts'
import { personId } from './world/ids.ts'

const people = [personId(0), personId(1), personId(2), personId(3)]
/** Ada knows Grace and Linus; Mary is a stranger to everyone. */
const pairs = [
  [people[0]!, people[1]!],
  [people[0]!, people[2]!],
] as const

let world: Neighbours | null = null
afterEach(() => {
  world?.close()
  world = null
})

/** How everyone is, and who may see it, by what Postgres holds and who has which screen. */
class Truth {
  private readonly world: Neighbours

  constructor(world: Neighbours) {
    this.world = world
  }

  /** What one sees of another once all is quiet. */
  state(viewer: string, person: string): Presence['state'] {
    const [own, theirs] = [this.of(viewer), this.of(person)]
    const contact = pairs.some((pair) => pair.includes(viewer) && pair.includes(person))
    const sees = theirs.settings.lastSeen === 'everyone' || (theirs.settings.lastSeen === 'contacts' && contact)
    const blocked = own.blocked.includes(person) || theirs.blocked.includes(viewer)
    if (!sees || blocked || own.settings.lastSeen === 'nobody') return 'hidden'
    const { show } = theirs.status
    if (show === 'invisible') return 'hidden'
    const screens = this.world.living().filter((screen) => screen.person === person)
    if (screens.length === 0) return 'offline'
    if (show === 'busy') return 'busy'
    return screens.every(({ away }) => away) ? 'away' : 'online'
  }

  of(person: string) {
    const state = this.world.database.call('inbox_state', { p_person: person }) as {
      person: { settings: Settings; blocked: string[]; status: { show: 'available' | 'busy' | 'invisible' } }
    }
    return state.person
  }
}

/** What happens, as often as it stands here. */
const kinds = [
  ...(['open', 'open', 'open', 'shut', 'die', 'watch', 'watch', 'watch', 'watch', 'look', 'look', 'look'] as const),
  ...(['status', 'status', 'status', 'settings', 'block', 'kill', 'pass'] as const),
] as const

/** Something that somebody does, or that goes wrong. */
function step(world: Neighbours): Promise<void> | void {
  const { random } = world
  const person = random.pick(people)
  const other = random.pick(people.filter((one) => one !== person))
  const host = world.inboxes.host(person)
  const mine = world.living().filter((screen) => screen.person === person)
  const one = mine.length > 0 ? random.pick(mine) : undefined
  const ask = (work: Promise<unknown>) => void work.catch(() => {})
  switch (random.pick(kinds)) {
    case 'open':
      return mine.length < 2 ? world.open(person) : undefined
    case 'shut':
      return mine[0] && world.shut(mine[0])
    case 'die':
      // The tab is killed: the platform learns nothing of it.
      if (mine[0]) mine[0].ghost = true
      return
    case 'watch':
      return one?.watch(people.filter((each) => each !== person && random.chance(0.6)))
    case 'look':
      return one?.look(random.chance(0.5))
    case 'status': {
      const show = random.pick(['available', 'available', 'busy', 'busy', 'invisible'] as const)
      return one?.say({ t: 'status', id: world.freshId(), show, custom: null })
    }
    case 'settings': {
      const lastSeen = random.pick(['everyone', 'everyone', 'everyone', 'contacts', 'nobody'] as const)
      return ask(host.call('changeSettings', (inbox) => inbox.changeSettings({ lastSeen })))
    }
    case 'block':
      return ask(host.call('block', (inbox) => inbox.block(other, random.chance(0.2))))
    case 'kill':
      return random.chance(0.3) ? host.kill() : void host.sleep()
    case 'pass':
      return world.pass(random.int(1, 90_000))
  }
}

/** Some steps close upon each other, and then the peace in which everything that was lost is told again. */
async function episode(world: Neighbours, steps: number): Promise<void> {
  const { random, weather } = world
  weather.lossy = random.pick([0, 0.1, 0.4])
  weather.state = random.pick(['well', 'slow', 'slow', 'away', 'forgetful'] as const)
  for (let i = 0; i < steps; i++) {
    await step(world)
    await world.time.turn(random.pick([0, 5, 20, 100, 3_000]))
  }
  weather.lossy = 0
  weather.state = 'well'
  await world.pass(240_000)
}

/** What every screen shows, and what it ought to show. */
function compared(world: Neighbours): { shown: unknown[]; truth: unknown[] } {
  const truth = new Truth(world)
  const onScreen = world.living().flatMap((screen) => screen.watching.map((person) => ({ screen, person })))
  const here = people.map((person) => world.living().some((screen) => screen.person === person))
  return {
    shown: [
      ...onScreen.map(({ screen, person }) => screen.shown.get(person)?.state),
      ...people.map((person) => world.told.get(person)?.online ?? false),
    ],
    truth: [...onScreen.map(({ screen, person }) => truth.state(screen.person, person)), ...here],
  }
}

const seeds = Array.from({ length: 12 }, (_, index) => index + 1)

test.for(seeds)(
  '[PRS5] [SET5] [BLK2] whatever is lost on the way, every screen shows in the end how everyone is (seed %d)',
  async (seed) => {
    world = new Neighbours(seed, people, pairs)
    for (let i = 0; i < 50; i++) {
      await episode(world, world.random.int(1, 12))
      const { shown, truth } = compared(world)
      expect(shown).toEqual(truth)
    }
    expect(world.defects).toEqual([])
  },
)

test('[PRS5] who is off the screen for a moment, or whose watcher is loaded anew while they are told, is not forgotten', async () => {
  const town = new Neighbours(3, people, pairs)
  world = town
  const [ada, grace] = [people[0]!, people[1]!]
  for (const person of [ada, grace]) town.open(person)
  await town.pass(60_000)
  const screenOf = (person: string) => town.living().find((screen) => screen.person === person)!
  const shown: unknown[] = []
  for (let i = 0; i < 60; i++) {
    town.weather.state = 'slow'
    screenOf(grace).watch([ada])
    await town.time.turn(town.random.int(0, 12_000))
    if (i % 2 === 0) screenOf(grace).watch([])
    else {
      town.shut(screenOf(grace))
      screenOf(ada).look(i % 4 === 1)
      await town.time.turn(town.random.int(0, 6_000))
      town.open(grace)
      while (town.living().every(({ person }) => person !== grace)) await town.time.turn(10)
    }
    screenOf(grace).watch([ada])
    await town.pass(40_000)
    town.weather.state = 'well'
    screenOf(ada).look(i % 3 === 0)
    await town.pass(120_000)
    shown.push(screenOf(grace).shown.get(ada)?.state)
  }
  expect(shown).toEqual(Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 'away' : 'online')))
})

test('[PRS6] nothing is planned once nobody is here and all is written, also of tabs that were killed', async () => {
  const town = new Neighbours(7, people, pairs)
  world = town
  for (let i = 0; i < 5; i++) await episode(town, 40)
  for (const screen of town.living()) town.shut(screen)
  await town.pass(600_000)
  expect(people.map((person) => town.told.get(person)?.online ?? false)).toEqual(people.map(() => false))
  const planned = people.flatMap((person) =>
    town.inboxes.host(person).storage.read<{ kind: string }>('select kind from agenda'),
  )
  // The ends of the sessions of tabs that nobody closed.
  expect(planned.filter(({ kind }) => kind !== 'sessions')).toEqual([])
})

test('[PRS1] a tab that was kept from its pings is here again once it sends them, without saying anything', async () => {
  const town = new Neighbours(1, people, pairs)
  world = town
  for (const person of [people[0]!, people[1]!]) town.open(person)
  await town.pass(60_000)
  const [ada, grace] = [0, 1].map((index) => town.living().find(({ person }) => person === people[index])!)
  grace!.watch([people[0]!])
  await town.pass(5_000)
  const states: (string | undefined)[] = [grace!.shown.get(people[0]!)?.state]
  for (const pinging of [[grace!], [ada!, grace!]]) {
    for (let i = 0; i < 10; i++) {
      for (const screen of pinging) screen.ping()
      await town.time.turn(10_000)
    }
    states.push(grace!.shown.get(people[0]!)?.state)
  }
  expect(states).toEqual(['online', 'offline', 'online'])
})

test('[PRS6] an inbox that nobody watches wakes with the lease in Postgres alone: 40 times in an hour', async () => {
  const town = new Neighbours(1, people, pairs)
  world = town
  const [ada, grace] = [people[0]!, people[1]!]
  town.open(ada)
  await town.pass(60_000)
  const host = town.inboxes.host(ada)
  const alarms = async (ms: number) => {
    const before = host.calledFor.get('alarm') ?? 0
    await town.pass(ms)
    return host.calledFor.get('alarm')! - before
  }
  const unwatched = await alarms(3_600_000)
  town.open(grace)
  await town.pass(60_000)
  town
    .living()
    .find(({ person }) => person === grace)!
    .watch([ada])
  const watched = await alarms(3_600_000)
  // Watched it wakes when a lease may be over, which the next ping has carried on by then.
  expect({ unwatched, watched }).toEqual({ unwatched: 40, watched: 120 })
})
