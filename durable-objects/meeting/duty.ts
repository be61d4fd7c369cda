/** What a meeting may have to do later. */
export type MeetingDuty = 'sessions' | 'lapse' | 'record' | 'room' | 'watch' | 'chat'
