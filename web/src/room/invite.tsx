import { LinkMaker } from '../links/link-maker.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { useDesk } from './desk.ts'

/** Two ways to bring people in: add them, or make a join link on request and hand it over. */
export function Invite({ roomId, name, onClose }: { roomId: string; name: string; onClose: () => void }) {
  const desk = useDesk()
  return (
    <Dialog onClose={onClose} title="Invite people">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <div className="grid gap-3">
          <p className="text-pretty text-muted">
            Whoever opens the link can join <bdi className="font-semibold text-ink">{name}</bdi>.
          </p>
          <LinkMaker name={name} room={roomId} />
        </div>
        <div className="flex flex-wrap gap-x-5 gap-y-2 border-t border-line pt-4">
          <Button look="link" onClick={() => desk.over({ kind: 'add_people' })}>
            Add people by name
          </Button>
          <Button
            look="link"
            onClick={() => {
              onClose()
              desk.beside({ kind: 'links' })
            }}
          >
            See all links
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
