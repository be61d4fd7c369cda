import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react'
import { listDevices, renameDevice, revokeDevice, type Device } from '../../../protocol/endpoints/devices.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { dayLabel, dayOf, listTime } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useBackOnline } from '../ui/use-back-online.ts'
import { useForm } from '../use-form.ts'

/** Where I am signed in: each device can be named, and the others signed out. */
export function DevicesPage() {
  const [devices, setDevices] = useState<readonly Device[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [naming, setNaming] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<Device | null>(null)
  const [said, setSaid] = useState('')
  const list = useRef<HTMLUListElement>(null)

  const load = useCallback(async () => {
    setFailure(null)
    const answer = await outcome(gate.api.call(listDevices, {}))
    if (answer.ok) setDevices(answer.value.devices)
    else setFailure(answer.failure)
  }, [])
  useEffect(() => void load(), [load])
  useBackOnline(failure, load)

  function focusOn(device: string) {
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-device="${device}"] button`)?.focus())
  }

  if (failure !== null) {
    return (
      <div className="grid justify-items-start gap-4">
        <Alert>{sentence(failure)}</Alert>
        <Button look="quiet" onClick={() => void load()}>
          Try again
        </Button>
      </div>
    )
  }
  if (devices === null) return <Loading />
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-sm text-pretty text-muted">
        A device that you do not know? Sign it out, then change your password.
      </p>
      <ul className="grid grid-cols-[minmax(0,1fr)] divide-y divide-line" ref={list}>
        {devices.map((device) => (
          <li className="grid grid-cols-[minmax(0,1fr)] gap-2 py-3" data-device={device.device} key={device.device}>
            {naming === device.device ? (
              <NameForm
                device={device}
                onDone={(name) => {
                  setNaming(null)
                  if (name !== null) {
                    setDevices(devices.map((one) => (one.device === device.device ? { ...one, name } : one)))
                    setSaid(`Named ${name}`)
                  }
                  focusOn(device.device)
                }}
              />
            ) : (
              <OneDevice device={device} onLeave={() => setLeaving(device)} onName={() => setNaming(device.device)} />
            )}
          </li>
        ))}
      </ul>
      <p className="sr-only" role="status">
        {said}
      </p>
      {leaving !== null && (
        <Confirm
          act={async () => {
            const answer = await outcome(gate.api.call(revokeDevice, { params: { device: leaving.device } }))
            // Signed out there meanwhile: so much the better.
            return answer.ok || answer.failure.kind === 'not_found' ? null : sentence(answer.failure)
          }}
          doing="Signing out…"
          onClose={() => setLeaving(null)}
          onDone={() => {
            setDevices(devices.filter((one) => one !== leaving))
            setSaid(`${nameOf(leaving)} is signed out`)
            focusOn(devices.find((one) => one.current)?.device ?? '')
          }}
          title={`Sign out ${nameOf(leaving)}?`}
          verb="Sign out"
        >
          It is closed there at once, and takes the password or a mail to get in again.
        </Confirm>
      )}
    </div>
  )
}

function OneDevice({ device, onName, onLeave }: { device: Device; onName: () => void; onLeave: () => void }) {
  const name = nameOf(device)
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <div className="min-w-40 flex-1">
        <p className="font-medium wrap-anywhere">
          <bdi>{name}</bdi>
        </p>
        <p className="text-sm text-muted">
          {device.current ? <span className="font-semibold text-here">This device</span> : used(device.lastSeenAt)}
          {` · since ${since(device.firstSeenAt)}`}
        </p>
      </div>
      <div className="flex items-center gap-4 text-sm">
        <Button aria-label={`Rename ${name}`} look="link" onClick={onName}>
          Rename
        </Button>
        {!device.current && (
          <Button aria-label={`Sign out ${name}`} look="danger" onClick={onLeave}>
            Sign out
          </Button>
        )}
      </div>
    </div>
  )
}

function NameForm({ device, onDone }: { device: Device; onDone: (name: string | null) => void }) {
  const { ref, pending, failure, errorOf, send } = useForm()
  useEffect(() => ref.current?.querySelector('input')?.select(), [ref])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const name = entered(event.currentTarget, 'name').trim()
    const wrong = name === '' ? { name: 'Enter a name.' } : {}
    const asked = { params: { device: device.device }, body: { name } }
    if ((await send(wrong, () => gate.api.call(renameDevice, asked))) !== null) onDone(name)
  }

  return (
    <form
      className="grid gap-3"
      noValidate
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        // The dialog around it stays.
        event.preventDefault()
        onDone(null)
      }}
      onSubmit={submit}
      ref={ref}
    >
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Field
        autoComplete="off"
        defaultValue={nameOf(device)}
        dir="auto"
        error={errorOf('name')}
        label="Name of this entry"
        maxLength={limits.deviceName}
        name="name"
      />
      <div className="flex gap-2">
        <Button pending={pending} type="submit">
          {pending ? 'Saving…' : 'Save'}
        </Button>
        <Button look="quiet" onClick={() => onDone(null)}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

function Loading() {
  return (
    <div aria-label="Loading your devices" className="breathing grid gap-6 py-3" role="status">
      {['w-40', 'w-28', 'w-36'].map((width) => (
        <div className="grid gap-3" key={width}>
          <i className={`bar ${width}`} />
          <i className="bar w-24" />
        </div>
      ))}
    </div>
  )
}

function nameOf(device: Device): string {
  return device.name === '' ? 'A device without a name' : device.name
}

/** When it was last used, as far as that is known: to five minutes. */
function used(at: number): string {
  const now = Date.now()
  if (now - at < 10 * 60_000) return 'Used just now'
  return dayOf(now) === dayOf(at) ? `Used today, ${listTime(at, now)}` : `Used ${lower(dayLabel(at, now))}`
}

function since(at: number): string {
  return lower(dayLabel(at, Date.now()))
}

function lower(label: string): string {
  return label === 'Today' || label === 'Yesterday' ? label.toLowerCase() : label
}
