import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { socketTransport, type SocketOptions } from '../../web/sync/socket.ts'

/** A WebSocket in the hands of a test. */
class FakeSocket extends EventTarget {
  static all: FakeSocket[] = []
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readyState = 0
  binaryType = 'blob'
  sent: string[] = []
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.readyState = 3
  }
  accept() {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  end(code: number) {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason: '' }))
  }
}

// A socket goes by the system's timers, so these tests turn the global clock.
beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  FakeSocket.all = []
})
afterEach(() => {
  vi.useRealTimers()
})

function connected(more: Partial<SocketOptions> = {}) {
  const heard: unknown[] = []
  const transport = socketTransport(
    { address: 'ws://parley/room', random: () => 0.5, WebSocket: FakeSocket, ...more },
    {
      connecting: () => heard.push('connecting'),
      open: () => heard.push('open'),
      text: (text) => heard.push(text),
      down: (code, retryAt) => heard.push([code, retryAt]),
    },
  )
  return { transport, heard }
}

const latest = () => FakeSocket.all.at(-1)!

describe('the socket', () => {
  test('it carries text while it is open and keeps nothing for later', async () => {
    const { transport, heard } = connected()
    expect(transport.send('too early')).toBe(false)
    await vi.advanceTimersByTimeAsync(0)
    latest().accept()
    expect([latest().url, latest().sent]).toEqual(['ws://parley/room', []])
    expect(transport.send('hello')).toBe(true)
    latest().dispatchEvent(new MessageEvent('message', { data: 'welcome' }))
    expect([latest().sent, heard]).toEqual([['hello'], ['connecting', 'open', 'welcome']])
  })

  test('attempts come with growing delays, and it says when the next one is', async () => {
    const { heard } = connected()
    const delays: number[] = []
    for (let attempt = 0; attempt < 10; attempt++) {
      await vi.advanceTimersByTimeAsync(attempt === 0 ? 0 : delays.at(-1)!)
      expect(FakeSocket.all).toHaveLength(attempt + 1)
      latest().end(1006)
      const [, retryAt] = heard.at(-1) as [number, number]
      delays.push(Math.round(retryAt - Date.now()))
    }
    expect(delays).toEqual([750, 1350, 2430, 4374, 7873, 14_172, 25_509, 30_000, 30_000, 30_000])
  })

  test('reconnect does not wait out a delay', async () => {
    const { transport, heard } = connected()
    await vi.advanceTimersByTimeAsync(0)
    latest().accept()
    latest().end(1001)
    transport.reconnect()
    await vi.advanceTimersByTimeAsync(0)
    expect(FakeSocket.all).toHaveLength(2)
    latest().accept()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSocket.all).toHaveLength(2)
    expect(heard).toEqual(['connecting', 'open', [1001, 750], 'connecting', 'open'])
  })

  test.each([4401, 4403, 4426])('after %i the next attempt is somebody else’s decision', async (code) => {
    const { heard } = connected()
    await vi.advanceTimersByTimeAsync(0)
    latest().accept()
    latest().end(code)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([FakeSocket.all.length, heard.at(-1)]).toEqual([1, [code, null]])
  })

  test('one that does not open within 10 s is given up', async () => {
    const { heard } = connected()
    await vi.advanceTimersByTimeAsync(10_000)
    expect([latest().readyState, heard]).toEqual([3, ['connecting', [1006, 10_750]]])
    latest().accept()
    await vi.advanceTimersByTimeAsync(750)
    expect([FakeSocket.all.length, heard.slice(2)]).toEqual([2, ['connecting']])
  })

  test('one that closes within 5 s is no success: the delays go on growing', async () => {
    const { heard } = connected()
    await vi.advanceTimersByTimeAsync(0)
    latest().end(1006)
    await vi.advanceTimersByTimeAsync(750)
    latest().accept()
    await vi.advanceTimersByTimeAsync(4_999)
    latest().end(1006)
    expect(heard.at(-1)).toEqual([1006, Date.now() + 1_350])
    await vi.advanceTimersByTimeAsync(1_350)
    latest().accept()
    await vi.advanceTimersByTimeAsync(5_000)
    latest().end(1006)
    expect(heard.at(-1)).toEqual([1006, Date.now() + 750])
  })

  test('what a handshake carries is asked for each time; nothing to carry is an attempt that failed', async () => {
    const asked: number[] = []
    const headers = async () => {
      asked.push(Date.now())
      throw new Error('No token')
    }
    const { heard } = connected({ headers })
    await vi.advanceTimersByTimeAsync(750)
    expect([asked, FakeSocket.all]).toEqual([[0, 750], []])
    expect(heard).toEqual(['connecting', [1006, 750], 'connecting', [1006, 2_100]])
  })

  test('a closed transport is silent', async () => {
    const { transport, heard } = connected()
    transport.close()
    await vi.advanceTimersByTimeAsync(60_000)
    transport.reconnect()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([FakeSocket.all, heard, transport.send('x')]).toEqual([[], [], false])
  })
})
