/** A stretch of a message: plain text, or an address that can be followed. */
export type Stretch =
  | {
      kind: 'text'
      text: string
    }
  | {
      kind: 'link'
      text: string
      href: string
    }
/** Cuts a text into plain stretches and links. Only http and https are ever links. */
export declare function linkify(text: string): Stretch[]
