/** A Response that is read within one turn of the event loop, and that may carry a socket. */
export class FakeResponse {
  readonly status: number
  readonly statusText: string
  readonly ok: boolean
  readonly headers: Headers
  readonly webSocket: unknown
  private readonly body: Uint8Array<ArrayBuffer>

  constructor(body?: string | ArrayBuffer | null, init: Partial<ResponseInit & { webSocket: unknown }> = {}) {
    this.status = init.status ?? 200
    this.statusText = init.statusText ?? ''
    this.ok = this.status >= 200 && this.status < 300
    this.headers = new Headers(init.headers as HeadersInit | undefined)
    this.webSocket = init.webSocket ?? null
    this.body = typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : new Uint8Array(body ?? [])
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.body.slice().buffer
  }

  async text(): Promise<string> {
    return Buffer.from(this.body).toString()
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
}
