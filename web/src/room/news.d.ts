import type { Row } from '../../sync/types.ts'
import type { Message } from '../../sync/wire.ts'
/** The messages of others above a seq, oldest first: looks from the end, where they are. */
export declare function news(rows: readonly Row[], me: string, heard: number): Message[]
