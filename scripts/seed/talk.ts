import type { Random } from './random.ts'

/** What people say in one language, and what they are called. `{name}`, `{time}` and `{number}` are filled in. */
type Language = { given: string[]; family: string[]; groups: string[]; says: string[]; between: string }

const english: Language = {
  given: ['Ada', 'Grace', 'Alan', 'Mary', 'James', 'Ruth', 'Oliver', 'Hannah', 'Samuel', 'Ivy', 'Noah', 'Edith'],
  family: ['Miller', 'Hughes', 'Carter', 'Wright', 'Bennett', 'Clarke', 'Foster', 'Shaw', 'Doyle', 'Fletcher'],
  groups: ['Family', 'Launch week', 'Book club', 'Sunday football', 'Weekend hikers', 'Release team', 'Night shift'],
  between: ' ',
  says: [
    'Thanks!',
    'Sounds good to me.',
    'I am on my way.',
    'See you at {time}.',
    'Did anyone hear from {name}?',
    'The meeting moved to {time}.',
    'I will send the report tonight.',
    'Can you look at ticket {number} when you have a minute?',
    'The train is late again.',
    'Happy birthday, {name}!',
    'We need {number} more chairs for the garden.',
    'Who brings the projector?',
    'The build is green, we can release.',
    'Invoice {number} is paid.',
    'It rains here since Monday, how is it on your side?',
    'Remember that the museum closes early on Thursday.',
    'My grandmother found the lighthouse photograph in the attic.',
    'The violin teacher asks for a quieter room.',
  ],
}

const german: Language = {
  given: ['Anna', 'Jonas', 'Lena', 'Felix', 'Greta', 'Paul', 'Klara', 'Emil', 'Jörg', 'Käthe'],
  family: ['Schäfer', 'Müller', 'Weiß', 'Krüger', 'Vogel', 'Lorenz', 'Böhm', 'Seidel'],
  groups: ['Familie', 'Elternbeirat', 'Kegeln am Freitag', 'Hausgemeinschaft', 'Projekt Brücke'],
  between: ' ',
  says: [
    'Danke dir!',
    'Passt für mich.',
    'Ich bin gleich da.',
    'Wir treffen uns um {time}.',
    'Hat jemand {name} gesehen?',
    'Der Termin ist jetzt um {time}.',
    'Könntest du dir Vorgang {number} ansehen?',
    'Der Zug hat wieder Verspätung.',
    'Alles Gute zum Geburtstag, {name}!',
    'Die Rechnung {number} ist bezahlt.',
    'Wer bringt den Kartoffelsalat mit?',
    'Am Donnerstag schließt die Bücherei früher.',
    'Der Schlüssel liegt beim Nachbarn.',
  ],
}

const spanish: Language = {
  given: ['Lucía', 'Mateo', 'Sofía', 'Andrés', 'Inés', 'Martín', 'Begoña', 'Iñigo'],
  family: ['García', 'Muñoz', 'Peña', 'Ibáñez', 'Romero', 'Vidal', 'Núñez'],
  groups: ['La familia', 'Fútbol del jueves', 'Vecinos', 'Equipo de ventas', 'Viaje a Cádiz'],
  between: ' ',
  says: [
    '¡Gracias!',
    'Me parece bien.',
    'Ya voy para allá.',
    'Nos vemos a las {time}.',
    '¿Alguien sabe algo de {name}?',
    'La reunión es a las {time}.',
    '¿Puedes mirar el pedido {number}?',
    'El tren llega tarde otra vez.',
    '¡Feliz cumpleaños, {name}!',
    'La factura {number} está pagada.',
    'Mañana llevo la tortilla.',
    'Hace mucho calor en el pueblo.',
  ],
}

const russian: Language = {
  given: ['Анна', 'Иван', 'Ольга', 'Пётр', 'Мария', 'Алексей', 'Софья', 'Юрий'],
  family: ['Иваненко', 'Кузнец', 'Мороз', 'Соловей', 'Гончар', 'Лебедь', 'Ткач'],
  groups: ['Семья', 'Рабочий чат', 'Дача', 'Соседи', 'Поход в горы'],
  between: ' ',
  says: [
    'Спасибо!',
    'Привет, как дела?',
    'Хорошо, договорились.',
    'Уже еду.',
    'Встречаемся в {time}.',
    'Кто-нибудь видел {name}?',
    'Совещание перенесли на {time}.',
    'Посмотри, пожалуйста, заявку {number}.',
    'Поезд опять опаздывает.',
    'С днём рождения, {name}!',
    'Счёт {number} оплачен.',
    'В четверг библиотека закрывается раньше.',
    'Бабушка испекла пироги с вишней.',
  ],
}

const arabic: Language = {
  given: ['ليلى', 'يوسف', 'مريم', 'عمر', 'سلمى', 'خالد', 'نور', 'حسن'],
  family: ['الحداد', 'النجار', 'الخطيب', 'المصري', 'الشامي', 'العلي'],
  groups: ['العائلة', 'فريق العمل', 'الجيران', 'رحلة الصيف', 'كرة القدم'],
  between: ' ',
  says: [
    'شكرا جزيلا!',
    'صباح الخير',
    'أنا في الطريق.',
    'نلتقي الساعة {time}.',
    'هل رأى أحد {name}؟',
    'تأجل الاجتماع إلى {time}.',
    'هل يمكنك مراجعة الطلب {number}؟',
    'القطار متأخر مرة أخرى.',
    'عيد ميلاد سعيد يا {name}!',
    'تم دفع الفاتورة {number}.',
    'المكتبة تغلق مبكرا يوم الخميس.',
    'من يحضر القهوة غدا؟',
  ],
}

const chinese: Language = {
  given: ['伟', '芳', '娜', '敏', '静', '磊', '洋', '艳', '勇', '小雨'],
  family: ['王', '李', '张', '刘', '陈', '杨', '赵'],
  groups: ['家人群', '项目组', '周末爬山', '同学会', '邻居互助'],
  between: '',
  says: [
    '好的，谢谢！',
    '收到。',
    '我在路上。',
    '今天下午三点开会。',
    '会议改到{time}。',
    '有人看到{name}吗？',
    '请看一下订单{number}。',
    '地铁又晚点了。',
    '{name}，生日快乐！',
    '发票{number}已经付了。',
    '图书馆星期四早关门。',
    '明天谁带咖啡？',
    '奶奶在阁楼找到了灯塔的照片。',
  ],
}

const japanese: Language = {
  given: ['さくら', '陽翔', '結衣', '蓮', '葵', '大輔', '美咲', '健太'],
  family: ['佐藤', '鈴木', '高橋', '田中', '渡辺', '山本'],
  groups: ['家族', 'プロジェクト', '同窓会', '週末サッカー', 'ご近所'],
  between: '',
  says: [
    'ありがとうございます！',
    '了解です。',
    '今向かっています。',
    '{time}に会いましょう。',
    '{name}さんを見ましたか？',
    '会議は{time}に変わりました。',
    '注文{number}を確認してください。',
    '電車がまた遅れています。',
    '{name}さん、お誕生日おめでとう！',
    '請求書{number}は支払い済みです。',
    '図書館は木曜日に早く閉まります。',
    'カメラはドラえもんの隣に置きました。',
  ],
}

const languages = { en: english, de: german, es: spanish, ru: russian, ar: arabic, zh: chinese, ja: japanese } as const

/** A language of the seed, as user_profiles.locale names it. */
export type Locale = keyof typeof languages

/** The languages of the seed, the most spoken first. */
export const locales = Object.keys(languages) as Locale[]

/** What somebody is called. */
export function personName(locale: Locale, chance: Random): string {
  const { given, family, between } = languages[locale]
  const [first, last] = [chance.pick(given), chance.pick(family)]
  return between === '' ? `${last}${first}` : `${first} ${last}`
}

/** What a group is called. */
export function groupName(locale: Locale, chance: Random): string {
  const name = chance.pick(languages[locale].groups)
  return chance.next() < 0.5 ? name : `${name} ${1 + chance.below(99)}`
}

/** What somebody says: one to four sentences, common ones far more often than rare ones. */
export function remark(locale: Locale, chance: Random): string {
  const { says, given, between } = languages[locale]
  const sentences = 1 + Math.floor(4 * chance.next() ** 3)
  let text = ''
  for (let i = 0; i < sentences; i++) {
    const sentence = chance
      .pick(says, 1.7)
      .replace('{name}', () => chance.pick(given))
      .replace('{time}', () => `${7 + chance.below(15)}:${`${5 * chance.below(12)}`.padStart(2, '0')}`)
      .replace('{number}', () => `${1000 + chance.below(99_000)}`)
    text += i === 0 ? sentence : between + sentence
  }
  return text
}
