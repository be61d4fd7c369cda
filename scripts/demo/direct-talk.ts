/** Two of them on their own, in the same notation as the launch week. */
export const directTalk = `
# 5 18:20
A Hey Grace, have you got five minutes for something that isn't a bug?
G Always. What is it?
A I was asked to talk at the coast meet-up in March. About the maps. I've never spoken in front of more than ten people.
G Oh Ada, do it!
A I'd rather rewrite the tile format.
G You already did that, and it took one night.
A That's different, nobody was looking.
G What are you afraid of?
A That someone asks a question and I don't know the answer.
G Then you say "I don't know, let's find out", and they'll like you more than before.
A Is that true?
G It's how you got me to join.
A 🥹
G Send me the outline when you have three sentences. Not more than three.
A OK. Three.

# 4 19:05
A 1. The ocean is empty, so do not store it. ⏎ 2. Never take a map away from someone who is at sea. ⏎ 3. Measure the battery on the oldest phone you have.
G That is the talk. That's it. You could stand there and say only this.
A For 20 minutes?
G Slowly.
A 😂 thank you
G The second one should be the title.
A "Never take a map away from someone who is at sea"
G I'd go.

# 3 12:10
G Lunch? The place with the green door has the fish thing again.
A The fish thing! Yes. 12:30?
G 12:30. Ask Linus?
A He says he's in the keyboard and can't come out.
G We bring him something then.
A He'd like the dumplings.
G He always likes the dumplings.

# 2 20:15
A Did you see what Linus did with the sentence for the screen reader? He tested it for two hours with his eyes closed.
G I saw. He didn't mention it to anyone.
A He never does. Let's say it tomorrow, when the cake is there.
G Good idea. You or me?
A You. You're better with the cake.
G And you with the words. Together then.
A Deal 🤝

# 1 22:05
G Still awake?
A Looking at the map of installs. It's like watching lights go on along a coast.
G I was doing the same. There is one in the Faroe Islands!
A I saw it!!
G I said yes to the meet-up people in your name, by the way. They asked me whether you'd do it.
A GRACE
G You had the title already.
A …I did have the title already.
G Sleep well, speaker 😊
A Sleep well. And thank you. Really.
`
