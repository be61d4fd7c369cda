import { withoutMarks } from './marks.ts'

const deletedTexts = new Set(
  [
    'This message was deleted',
    'You deleted this message',
    'Diese Nachricht wurde gelöscht',
    'Du hast diese Nachricht gelöscht',
    'Se eliminó este mensaje',
    'Este mensaje fue eliminado',
    'Eliminaste este mensaje',
    'Ce message a été supprimé',
    'Vous avez supprimé ce message',
    'Questo messaggio è stato eliminato',
    'Hai eliminato questo messaggio',
    'Mensagem apagada',
    'Esta mensagem foi apagada',
    'Você apagou esta mensagem',
    'Apagou esta mensagem',
    'Dit bericht is verwijderd',
    'U hebt dit bericht verwijderd',
    'Je hebt dit bericht verwijderd',
    'Данное сообщение удалено',
    'Вы удалили данное сообщение',
    'Bu mesaj silindi',
    'Bu mesajı sildiniz',
    'Ta wiadomość została usunięta',
    'このメッセージは削除されました',
    '此消息已删除',
    'تم حذف هذه الرسالة',
    'הודעה זו נמחקה',
  ].map((text) => text.toLowerCase()),
)

const edited = new RegExp(
  String.raw`\s?\u200e?<\u200e?(?:${[
    'This message was edited',
    'Diese Nachricht wurde bearbeitet',
    'Se editó este mensaje',
    'Ce message a été modifié',
    'Questo messaggio è stato modificato',
    'Mensagem editada',
    'Esta mensagem foi editada',
    'Dit bericht is bewerkt',
    'Данное сообщение изменено',
    'Bu mesaj düzenlendi',
    'تم تعديل هذه الرسالة',
    'הודעה זו נערכה',
  ].join('|')})\.?>$`,
  'iu',
)

/** A system line whose quoted part has a colon: `Ana changed the subject to "Trip: Rome"` is not by a person. */
const quotedChange =
  /\s(?:changed|created|renamed|geändert|erstellt|hat|cambió|creó|cambiado|creado|changé|modifié|créé|cambiato|modificato|creato|alterou|mudou|criou|gewijzigd|gemaakt|heeft|изменил|изменила|создал|создала)\s.*["“”„«»']/u

const encryption =
  /^Messages (?:and calls are|to this (?:chat|group) (?:and calls )?are)(?: now)? (?:end-to-end encrypted|secured)/

/** Whether the text stands for a message that its author deleted. */
export function isDeleted(text: string): boolean {
  if (text.length > 80) return false
  const plain = withoutMarks(text).trim().replace(/\.$/, '').toLowerCase()
  return deletedTexts.has(plain) || plain.startsWith('this message was deleted by admin ')
}

/** The text without the mark that WhatsApp puts at the end of an edited message. */
export function withoutEditedMark(text: string): string {
  return text.endsWith('>') ? text.replace(edited, '') : text
}

/** Whether what stands before the first colon is part of a system line and not a person's name. */
export function isChange(name: string): boolean {
  return name.length > 100 || quotedChange.test(name)
}

/** Whether a text under a name is WhatsApp's own: iOS puts U+200E before its notices, and a person writes lines and links. */
export function isNotice(text: string, marked: boolean): boolean {
  if (encryption.test(text)) return true
  return marked && !text.includes('\n') && !text.includes('://')
}
