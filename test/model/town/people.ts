import type { Faults } from '../world/faults.ts'
import { personId, roomId } from '../world/ids.ts'
import { Town } from './town.ts'

/** The one whose devices are looked at. */
export const ada = personId(0)
const [grace, linus, kay] = [personId(1), personId(2), personId(3)]

const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
  [kay, 'Kay'],
])

/** Ada with three devices, one of which never opens a room; three others, of whom one has no device at first. */
export function smallTown(seed: number, faults: Partial<Faults> = {}): Town {
  const rooms = [
    { name: 'Engines', type: 'group', members: [grace, ada, linus, kay] },
    { name: 'Compilers', type: 'group', members: [ada, grace, linus] },
    { name: 'Kernels', type: 'group', members: [linus, ada] },
    { name: '', type: 'direct', members: [ada, grace] },
  ] as const
  const town = new Town(seed, names, rooms, faults)
  town.handset(ada, "ada's phone", 'bot')
  for (const name of ['tablet', 'desk']) town.handset(ada, `ada's ${name}`, 'page')
  for (const [person, name] of names) if (person !== ada) town.handset(person, `${name.toLowerCase()}'s`, 'page')
  for (const handset of town.handsets) {
    if (handset.person === kay) continue
    handset.openInbox()
    if (handset.name !== "ada's phone") handset.openRoom(roomId(0))
  }
  return town
}
