/** The markers of the 12-hour clock as WhatsApp writes them, in lower case, without dots and spaces. */
const before = words(
  'am ص 上午 凌晨 清晨 早上 午前 오전 पूर्वाह्न לפנה״צ לפנהצ πμ قظ öö fm ap de sa vm pg дп пробед priešpiet ก่อนเที่ยง முற்பகல்',
)
const after = words(
  'pm م 下午 中午 傍晚 晚上 午後 오후 अपराह्न אחה״צ אחהצ μμ بظ ös em ip du ch nm ptg пп слобед popiet หลังเที่ยง பிற்பகல்',
)

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}

/** Which half of the day a marker means (`a. m.`, `PM`, `下午`, …), or null when it is no marker. */
export function dayPeriod(marker: string): 'am' | 'pm' | null {
  const word = marker.replace(/[.\s'"]/g, '').toLowerCase()
  if (before.has(word)) return 'am'
  if (after.has(word)) return 'pm'
  return null
}
