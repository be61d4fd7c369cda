/** A name, and its emoji with words that find each: the first word is what it is called. */
export interface EmojiGroup {
  name: string
  emoji: readonly (readonly [character: string, words: string])[]
}

/** The emoji that people react with, in one line each group: character, then its words, then a comma. */
const written: readonly (readonly [name: string, list: string])[] = [
  [
    'Faces',
    '😀 grinning happy smile, 😃 big_smile happy, 😄 laughing_eyes happy joy, 😁 beaming grin, 😆 squinting_laugh haha, 😅 relieved_laugh sweat phew, 🤣 rolling_laugh rofl, 😂 tears_of_joy lol haha, 🙂 slight_smile, 🙃 upside_down silly, 🫠 melting hot shame, 😉 wink, 😊 blush glad, 😇 halo angel innocent, 🥰 in_love hearts adore, 😍 heart_eyes love, 🤩 star_struck wow, 😘 kiss, 😋 yum tasty, 😜 winking_tongue joke, 🤪 zany crazy, 🤗 hug, 🤭 giggle oops, 🫢 hand_over_mouth surprise, 🤫 hush quiet secret, 🤔 thinking hmm, 🫡 salute yes aye, 🤐 zipped secret, 🤨 raised_eyebrow doubt, 😐 neutral, 😑 expressionless meh, 😶 speechless, 🫥 dotted_face invisible, 😏 smirk, 😒 unamused, 🙄 rolling_eyes, 😬 grimace awkward, 😮‍💨 exhale sigh relief, 🤥 lying, 😌 relieved calm, 😔 pensive sad, 😪 sleepy, 😴 sleeping zzz, 😷 mask ill, 🤒 fever ill, 🤕 hurt bandage, 🤢 sick, 🤧 sneeze cold, 🥵 hot, 🥶 freezing cold, 🥴 woozy, 😵‍💫 dizzy, 🤯 mind_blown, 🤠 cowboy, 🥳 party celebrate birthday, 😎 cool sunglasses, 🤓 nerd, 🧐 monocle inspect, 😕 confused, 🫤 unsure, 😟 worried, 🙁 frown sad, 😮 surprised wow oh, 😲 astonished wow, 😳 flushed shy, 🥺 pleading please, 🥹 moved tears, 😨 fearful scared, 😰 anxious, 😥 sad_relief, 😢 crying sad, 😭 sobbing cry, 😱 scream, 😖 confounded, 😞 disappointed, 😓 downcast sweat, 😩 weary tired, 😫 exhausted tired, 🥱 yawn bored, 😤 huffing proud, 😡 angry, 🤬 cursing, 😈 devil, 💀 skull dead, 💩 poo, 🤡 clown, 👻 ghost, 👽 alien, 🤖 robot bot, 😺 happy_cat, 🙈 see_no_evil monkey, 🙉 hear_no_evil, 🙊 speak_no_evil',
  ],
  [
    'Hands and people',
    '👍 thumbs_up yes ok like good, 👎 thumbs_down no bad, 👌 ok perfect, 🤌 pinched_fingers, 🤏 little_bit, ✌️ victory peace, 🤞 fingers_crossed luck, 🫰 snap, 🤟 love_you, 🤘 rock, 🤙 call_me, 👈 left, 👉 right, 👆 up this, 👇 down, ☝️ one_point, ✋ raised_hand stop, 🖐️ open_hand, 👋 wave hello bye, 🤝 handshake deal agree, 👏 clap applause bravo, 🙌 raised_hands hooray, 🫶 heart_hands love, 🤲 palms, 🙏 please thanks pray, ✍️ writing, 💪 strong muscle, 🧠 brain smart, 👀 eyes look seen, 🫂 hugging comfort, 🙋 raising_hand me, 🤷 shrug dunno, 🤦 facepalm, 🙆 all_ok, 🙅 no_way, 💁 info, 🙇 bow sorry thanks, 🏃 running hurry, 💃 dance, 🕺 dancing, 🧑‍💻 at_the_computer coding, 🧑‍🍳 cook, 🧑‍🚀 astronaut, 🦸 hero, 🧙 wizard magic',
  ],
  [
    'Hearts and signs',
    '❤️ heart love red, 🧡 orange_heart, 💛 yellow_heart, 💚 green_heart, 💙 blue_heart, 💜 purple_heart, 🖤 black_heart, 🤍 white_heart, 🤎 brown_heart, 💔 broken_heart, ❤️‍🔥 burning_heart, 💖 sparkling_heart, 💯 hundred perfect full, ✅ done check yes, ☑️ ticked, ✔️ check, ❌ cross no wrong, ❓ question, ❗ exclamation important, ‼️ double_exclamation, ⚠️ warning careful, 🚫 forbidden no, ⛔ no_entry, 🆗 ok_button, 🆕 new, 🆒 cool_button, 🔝 top, 🔜 soon, ➕ plus agree, ➖ minus, ♻️ recycle again, 🔴 red_circle, 🟠 orange_circle, 🟡 yellow_circle, 🟢 green_circle, 🔵 blue_circle, 🟣 purple_circle, ⚫ black_circle, ⚪ white_circle, 🏁 finish flag, 🚩 red_flag, 🏳️ white_flag, 🏴‍☠️ pirate, 🏳️‍🌈 rainbow_flag pride',
  ],
  [
    'Things',
    '🎉 party_popper hooray congratulations, 🎊 confetti, 🎈 balloon, 🎁 gift present, 🎂 cake birthday, 🏆 trophy win, 🥇 gold first, 🥈 silver second, 🥉 bronze third, ⭐ star, 🌟 glowing_star, ✨ sparkles new magic, 💥 boom, 🔥 fire hot lit, 💡 idea bulb, 🚀 rocket ship launch, 🛠️ tools fix, 🔧 wrench fix, ⚙️ gear settings, 🐛 bug, 🧪 test, 📌 pin, 📎 clip, 📝 note memo, 📅 calendar date, ⏰ alarm time, ⏳ waiting hourglass, 📈 chart_up growth, 📉 chart_down, 📣 megaphone announce, 🔔 bell, 🔕 muted_bell, 🔒 locked, 🔑 key, 💬 speech talk, 💭 thought, 📷 camera photo, 🎬 film, 🎵 music note, 🎧 headphones, 📚 books read, ✏️ pencil, 💻 laptop, 📱 phone, ☎️ telephone, 📧 mail, 📦 package, 💰 money, 🎯 target goal, 🎲 dice, 🧩 puzzle, ⚽ football, 🏀 basketball, 🚲 bicycle, 🚗 car, 🚂 train, ✈️ plane, ⛵ sailboat, ⚓ anchor, 🧭 compass, 🏠 home house, 🏖️ beach holiday, 🗺️ map',
  ],
  [
    'Nature and food',
    '🌱 seedling grow, 🌳 tree, 🌵 cactus, 🍀 clover luck, 🌸 blossom flower, 🌹 rose, 🌻 sunflower, 🌞 sun, 🌙 moon night, ☀️ sunny, ⛅ cloudy, 🌧️ rain, ⛈️ storm, ❄️ snow cold, 🌈 rainbow, 🌊 wave sea, 🌍 world earth, 🐶 dog, 🐱 cat, 🐭 mouse, 🦊 fox, 🐻 bear, 🐼 panda, 🐨 koala, 🦁 lion, 🐸 frog, 🐵 monkey, 🐔 chicken, 🐧 penguin, 🦉 owl, 🦄 unicorn, 🐝 bee, 🦋 butterfly, 🐢 turtle, 🐙 octopus, 🐳 whale, 🐟 fish, 🦀 crab, 🦥 sloth, 🍎 apple, 🍌 banana, 🍓 strawberry, 🍒 cherries, 🍑 peach, 🥑 avocado, 🍞 bread, 🥐 croissant, 🧀 cheese, 🍕 pizza, 🍔 burger, 🍟 fries, 🌮 taco, 🍣 sushi, 🍜 noodles, 🍿 popcorn, 🍪 cookie, 🍩 doughnut, 🍫 chocolate, 🍦 ice_cream, ☕ coffee, 🍵 tea, 🍺 beer, 🍻 cheers, 🥂 clink toast, 🍷 wine, 🧃 juice, 🥤 drink',
  ],
]

/** All groups in their order. */
export const emojiGroups: readonly EmojiGroup[] = written.map(([name, list]) => ({
  name,
  emoji: list.split(', ').map((entry) => {
    const space = entry.indexOf(' ')
    return [entry.slice(0, space), entry.slice(space + 1)] as const
  }),
}))

/** The emoji of which a word begins like what is wanted, as one group; none when nothing does. */
export function findEmoji(wanted: string): readonly EmojiGroup[] {
  const start = wanted.trim().toLowerCase().replace(/\s+/g, '_')
  const found = emojiGroups
    .flatMap(({ emoji }) => emoji)
    .filter(
      ([character, words]) =>
        character === start || words.split(/[ _]/).some((word) => word.startsWith(start)) || words.includes(start),
    )
  return found.length === 0 ? [] : [{ name: 'Found', emoji: found }]
}
