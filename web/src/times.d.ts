/** The time of day of an instant in epoch milliseconds. */
export declare function clock(at: number): string
/** Day and time, written out. */
export declare function fullTime(at: number): string
/** A number that is the same for two instants of one local day, one more for the day after. */
export declare function dayOf(at: number): number
/** What stands on a day divider: Today, Yesterday, a weekday within six days, else the date. */
export declare function dayLabel(at: number, now: number): string
/** The short time in a room list: the hour today, then the weekday, then the date. */
export declare function listTime(at: number, now: number): string
