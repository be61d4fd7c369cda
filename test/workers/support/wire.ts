/** A socket as a browser holds it: frames wait in order until a test takes them. */
export class Wire<Up, Down extends { t: string }> {
  readonly frames: Down[] = []
  readonly pongs: string[] = []
  closedWith: number | null = null
  private readonly socket: WebSocket
  private waiting: (() => void)[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return
      if (data.startsWith('pong:')) this.pongs.push(data)
      else this.frames.push(JSON.parse(data) as Down)
      this.wakeAll()
    })
    socket.addEventListener('close', ({ code }) => {
      this.closedWith = code
      this.wakeAll()
    })
    socket.accept()
  }

  send(frame: Up | string | ArrayBuffer): void {
    const asIs = typeof frame === 'string' || frame instanceof ArrayBuffer
    this.socket.send(asIs ? frame : JSON.stringify(frame))
  }

  close(code = 1000): void {
    this.socket.close(code)
  }

  /** Takes the next frame of this kind, and drops what came before it. */
  async next<T extends Down['t']>(
    kind: T,
    fits: (frame: Extract<Down, { t: T }>) => boolean = () => true,
  ): Promise<Extract<Down, { t: T }>> {
    const found = (frame: Down) => frame.t === kind && fits(frame as Extract<Down, { t: T }>)
    await this.until(() => this.frames.some(found))
    const at = this.frames.findIndex(found)
    return this.frames.splice(0, at + 1).at(-1) as Extract<Down, { t: T }>
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private wakeAll(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
