import type { RoomSummary } from '../../../protocol/api.ts'
/** Shows the number of unread messages in the tab's title. */
export declare function useTitle(unread: number): void
/** The title of the tab. */
export declare function title(unread: number): string
/** Unread messages in all rooms. */
export declare function totalUnread(rooms: readonly Pick<RoomSummary, 'unread'>[]): number
