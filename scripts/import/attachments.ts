/**
 * What an export says in place of a picture, a voice note or a file. The words depend on the phone's language; those of
 * the languages we have seen are known, others stay as text, so that nothing is taken for an attachment that is none.
 */

const fileName = String.raw`[^<>:\n\\/]{1,200}\.[A-Za-z0-9]{2,5}`

/** iOS with media: `<attached: 00000012-PHOTO-2024-01-15-21-05-12.jpg>`, at the end of a caption or alone. */
const attached = new RegExp(String.raw`\s?\u200e?<\p{L}[\p{L}\p{M} ]{2,30}\s?[:：]\s?${fileName}>`, 'gu')

const omittedThings = [
  '(?:image|video|video note|audio|sticker|GIF|document|contact card) omitted',
  '(?:Bild|Video|Videonotiz|Audio|Sticker|GIF|Dokument|Kontaktkarte) (?:weggelassen|ausgelassen)',
  '(?:imagen|video|videonota|audio|sticker|GIF|documento|tarjeta de contacto) omitid[oa]',
  '(?:image|vidéo|audio|sticker|GIF|document|fiche contact) (?:absente?|omise?|manquante?)',
  '(?:immagine|video|audio|sticker|GIF|documento|scheda contatto) omess[oa]',
  '(?:imagem|vídeo|áudio|figurinha|GIF|documento|cartão do contato) (?:omitid[oa]|ocultad[oa])',
  '(?:afbeelding|video|audio|sticker|GIF|document|contactkaart) weggelaten',
  '(?:изображение|видео|аудиофайл|стикер|документ) отсутству(?:ет|ют)',
].join('|')

/** iOS without media: U+200E and the thing's name. Without the mark it counts only when it is all there is. */
const omitted = new RegExp(String.raw`(?:^|[\n •])\u200e<?(?:${omittedThings})>?$`, 'iu')
const omittedAlone = new RegExp(`^<?(?:${omittedThings})>?$`, 'iu')

/** A document's own line before it: `report.pdf • ‎3 pages`. */
const documentTitle = new RegExp(String.raw`^${fileName}(?: • \u200e?[^\n•]{1,30})+$`, 'u')

/** Android without media, on the first line. */
const mediaOmitted = new RegExp(
  `^\u200e?<(?:${[
    'Media omitted',
    'Medien ausgeschlossen',
    'Multimedia omitido',
    'Archivo omitido',
    'Médias omis',
    'Fichier omis',
    'Media omessi',
    'Mídia oculta',
    'Arquivo de mídia oculto',
    'Ficheiro não revelado',
    'Media weggelaten',
    'Без медиафайлов',
    'Medya dahil edilmedi',
    'pominięto multimedia',
    'Media tidak disertakan',
    'メディアなし',
    '미디어 파일을 제외한 내용',
    '省略多媒体文件',
    'تم استبعاد الوسائط',
    'المديا غير مدرجة',
    'המדיה לא נכללה',
  ].join('|')})>$`,
  'iu',
)

/** Android with media, on the first line: `IMG-20240115-WA0001.jpg (file attached)`. */
const fileAttached = new RegExp(
  String.raw`^(?:\u200e?[A-Z]{3}-\d{8}-WA\d{4}\.[A-Za-z0-9]{2,5} \([^()\n]{3,40}\)|\u200e?${fileName} \((?:${[
    'file attached',
    'Datei angehängt',
    'archivo adjunto',
    'fichier joint',
    'file allegato',
    'arquivo anexado',
    'ficheiro anexado',
    'bestand bijgevoegd',
    'файл добавлен',
    'dosya ekli',
    'plik dołączony',
    'file terlampir',
    'الملف مرفق',
    'הקובץ מצורף',
  ].join('|')})\))$`,
  'iu',
)

/** A message's text without what stands for attachments, and how many there were. What is left is the caption. */
export function withoutAttachments(text: string): { caption: string; attachments: number } {
  // Every form has one of these, and most messages have none.
  if (!/[<(\u200e]/.test(text) && !omittedAlone.test(text)) return { caption: text, attachments: 0 }
  return inline(text) ?? leading(text) ?? { caption: text, attachments: 0 }
}

function inline(text: string): { caption: string; attachments: number } | null {
  let attachments = 0
  let caption = text.replace(attached, () => {
    attachments++
    return ''
  })
  if (omittedAlone.test(caption)) return { caption: '', attachments: attachments + 1 }
  caption = caption.replace(omitted, () => {
    attachments++
    return ''
  })
  if (attachments === 0) return null
  const left = caption
    .trim()
    .replace(/^\u200e+/, '')
    .trim()
  return { caption: documentTitle.test(left) ? '' : left, attachments }
}

function leading(text: string): { caption: string; attachments: number } | null {
  const end = text.indexOf('\n')
  const first = (end < 0 ? text : text.slice(0, end)).trimEnd()
  if (!mediaOmitted.test(first) && !fileAttached.test(first)) return null
  return { caption: end < 0 ? '' : text.slice(end + 1).trim(), attachments: 1 }
}
