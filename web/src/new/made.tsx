import { LinkMaker } from '../links/link-maker.tsx'
import { RefusedPeople } from '../people/refused.tsx'
import { Button } from '../ui/button.tsx'
import type { MadeGroup } from './new-group.tsx'

/** A group is made: who could not be added to it, and a link for them. */
export function Made({ group, onDone }: { group: MadeGroup; onDone: () => void }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      {group.refused.length > 0 && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2" role="status">
          <p className="text-pretty">
            {group.refused.length === 1 ? 'One of them was not added.' : `${group.refused.length} were not added.`}
          </p>
          <RefusedPeople people={group.people} refused={group.refused} />
        </div>
      )}
      <div className="grid gap-3">
        <p className="text-pretty text-muted">
          Whoever opens the link can join <bdi className="font-semibold text-ink">{group.name}</bdi>.
        </p>
        <LinkMaker name={group.name} room={group.id} />
      </div>
      <Button data-first look="quiet" onClick={onDone}>
        Open the group
      </Button>
    </div>
  )
}
